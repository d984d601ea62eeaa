package io.quorate.embedded;

import java.util.List;
import java.util.Map;

/**
 * A member as it is seen over JMX. All of it is as it was a moment ago; reading it never blocks, and changes nothing.
 *
 * @see EnsembleMember#register
 */
public interface EnsembleMemberMXBean {

    /** Returns the name of the cluster. */
    String getCluster();

    /** Returns the id of the member. */
    int getId();

    /** Returns whether it runs, by the names of {@link MemberStatus.Condition}. */
    String getCondition();

    /** Returns the part it plays: {@code LEADER}, {@code FOLLOWER}, {@code LOOKING} for a leader, or {@code UNREACHABLE} if it does not run. */
    String getRole();

    /** Returns the term of the leader it takes part in, 0 if none. */
    long getEpoch();

    /** Returns the id of the member that leads as far as this one knows, 0 if none. */
    int getLeader();

    /** Returns the last index of its log. */
    long getLogEnd();

    /** Returns the last index that it knows to be committed. */
    long getCommitIndex();

    /** Returns the index up to which its state has come. */
    long getApplied();

    /** Returns how many sessions are connected to it. */
    int getSessions();

    /** Returns the ids of the members that it is connected to. */
    List<Integer> getConnected();

    /** Returns, at the leader, how many records each connected member has not acknowledged yet, by its id; empty elsewhere. */
    Map<Integer, Long> getBehind();

    /** Returns how many bytes wait to be sent to other members. */
    long getPendingBytes();

    /** Returns how many connections to its port were closed because they had not proved in time to be a member's. */
    long getRefusedConnections();

    /** Returns how often its disk has made records durable. */
    long getDiskForces();

    /** Returns how often that was slow, see {@link DiskStatus}. */
    long getDiskSlowForces();

    /** Returns how many milliseconds that took the last time. */
    double getDiskLastMillis();

    /** Returns how many milliseconds that took at most. */
    double getDiskLongestMillis();

    /** Returns what somebody should look at though the member runs, or an empty text. */
    String getAlert();

    /** Returns why it has failed, or an empty text. */
    String getFailure();
}
