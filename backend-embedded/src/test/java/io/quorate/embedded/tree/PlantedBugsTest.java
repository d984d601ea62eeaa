package io.quorate.embedded.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The checks find what they are there for: each test plants one mistake and has to see it caught. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedBugsTest {

    private static final int SEEDS = 60;
    private static final int STEPS = 200;

    private final Set<String> planted = new TreeSet<>();
    private final Set<String> caught = new TreeSet<>();

    @BeforeAll
    void theSameHistoriesPassWithoutABug() {
        for (long seed = 0; seed < SEEDS; seed++) {
            new RandomHistory(seed, new Rules()).run(STEPS);
        }
    }

    @AfterAll
    void everyPlantedBugWasCaught() {
        System.out.println("planted=" + planted.size() + " caught=" + caught.size());
        assertThat(caught).isEqualTo(planted);
    }

    @Test
    void commitThatIsAppliedByHalfIsCaught() {
        assertCaught("half-applied commit", new Rules() {
            @Override
            List<NodeChange> applied(List<NodeChange> changes) {
                return changes.size() > 1 ? changes.subList(0, changes.size() - 1) : changes;
            }
        });
    }

    @Test
    void parentsOfAFailedCommitThatStayAreCaught() {
        assertCaught("implicit parents outside of the commit", new Rules() {
            @Override
            List<NodeChange> keptByFailure(List<NodeChange> changes) {
                return changes.stream()
                        .filter(change -> change instanceof NodeChange.Created created
                                && created.kind() == NodeKind.PERSISTENT
                                && created.data() == null)
                        .toList();
            }
        });
    }

    @Test
    void ticketsThatStayWhenALaterOneCouldNotBeTakenAreCaught() {
        assertCaught("tickets taken by half", new Rules() {
            @Override
            List<NodeChange> keptByFailure(List<NodeChange> changes) {
                boolean tickets = changes.stream().allMatch(change -> Paths.isTicket(Paths.name(change.path())));
                return tickets ? changes : List.of();
            }
        });
    }

    @Test
    void endOfASessionThatLeavesAnEphemeralNodeIsCaught() {
        assertCaught("close leaves an ephemeral node", new Rules() {
            @Override
            int nodesReleased(int nodes) {
                return Math.max(0, nodes - 1);
            }
        });
    }

    @Test
    void retryThatIsCarriedOutAgainIsCaught() {
        assertCaught("no deduplication", new Rules() {
            @Override
            boolean answersRetries() {
                return false;
            }
        });
    }

    @Test
    void digestThatMissesAFieldIsCaught() {
        planted.add("digest misses pzxid");
        Rules rules = new Rules() {
            @Override
            boolean digestsPzxid() {
                return false;
            }
        };
        assertThatThrownBy(() -> DigestTest.assertCoversMetadata(rules)).isInstanceOf(AssertionError.class);
        caught.add("digest misses pzxid");
    }

    @Test
    void watchOfAParentThatIsMissedIsCaught() {
        assertCaught("watch of a subtree missed", new Rules() {
            @Override
            boolean watchesSubtrees() {
                return false;
            }
        });
    }

    @Test
    void judgementThatOverlooksProposalsIsCaught() {
        assertCaught("proposals overlooked", new Rules() {
            @Override
            boolean judgesPending() {
                return false;
            }
        });
    }

    @Test
    void failedCommitThatIsRememberedAsProposedIsCaught() {
        assertCaught("failed commit remembered", new Rules() {
            @Override
            boolean forgetsFailedCommit() {
                return false;
            }
        });
    }

    @Test
    void snapshotOfTwoIndexesAtOnceIsCaught() {
        assertCaught("fuzzy snapshot", new Rules() {
            @Override
            boolean savesBeforeChange() {
                return false;
            }
        });
    }

    @Test
    void deletionThatLeavesPzxidIsCaught() {
        assertCaught("pzxid not moved by a deletion", new Rules() {
            @Override
            boolean deletionMovesPzxid() {
                return false;
            }
        });
    }

    @Test
    void sequenceNumberThatIsGivenTwiceIsCaught() {
        assertCaught("sequence not advanced", new Rules() {
            @Override
            boolean advancesSequence() {
                return false;
            }
        });
    }

    @Test
    void replayThatRepeatsHalfACommitIsCaught() {
        assertCaught("ordinal ignored", new Rules() {
            @Override
            boolean resumesWithinCommit() {
                return false;
            }
        });
    }

    @Test
    void sessionWithTooManyBytesOfPathsIsCaught() {
        assertCaught("paths of ephemeral nodes unbounded", new Rules() {
            @Override
            boolean boundsEphemeralPaths() {
                return false;
            }
        });
    }

    @Test
    void failureThatIsNotRecordedIsCaught() {
        assertCaught("failure not recorded", new Rules() {
            @Override
            boolean recordsFailures() {
                return false;
            }
        });
    }

    @Test
    void containerThatIsReapedWhileAChildIsProposedIsCaught() {
        assertCaught("container reaped with a child", new Rules() {
            @Override
            boolean sparesRefilledContainers() {
                return false;
            }
        });
    }

    private void assertCaught(String bug, Rules rules) {
        planted.add(bug);
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                new RandomHistory(seed, rules).run(STEPS);
            } catch (AssertionError | RuntimeException e) {
                caught.add(bug);
                System.out.println("planted " + bug + " caught by history " + (seed + 1));
                return;
            }
        }
        throw new AssertionError(bug + " was not caught by " + SEEDS + " histories");
    }
}
