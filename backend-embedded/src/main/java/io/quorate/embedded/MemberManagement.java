package io.quorate.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a member is registered to be seen over JMX. Guarded by the caller. */
final class MemberManagement {

    private static final Logger log = LoggerFactory.getLogger(MemberManagement.class);

    private record Registration(MBeanServer server, ObjectName name) {}

    private final MemberConfig config;
    private final Supplier<EnsembleMemberMXBean> attributes;
    private final List<Registration> registrations = new ArrayList<>();

    /**
     * Creates it without any registration.
     *
     * @param attributes makes what is registered: another object each time, since a server wants one for itself
     */
    MemberManagement(MemberConfig config, Supplier<EnsembleMemberMXBean> attributes) {
        this.config = config;
        this.attributes = attributes;
    }

    ObjectName register(MBeanServer server) {
        try {
            // Neither part of the name has a character that a name must quote.
            ObjectName name = new ObjectName(
                    "io.quorate:type=EnsembleMember,cluster=" + config.cluster() + ",member=" + config.id());
            server.registerMBean(new StandardMBean(attributes.get(), EnsembleMemberMXBean.class, true), name);
            registrations.add(new Registration(server, name));
            return name;
        } catch (InstanceAlreadyExistsException e) {
            throw new IllegalStateException(
                    "member " + config.id() + " of cluster " + config.cluster() + " is registered there already", e);
        } catch (JMException e) {
            throw new IllegalStateException("the member cannot be registered: " + e.getMessage(), e);
        }
    }

    void unregister() {
        for (Registration registration : registrations) {
            try {
                registration.server().unregisterMBean(registration.name());
            } catch (InstanceNotFoundException e) {
                log.debug("{} is registered no more", registration.name());
            } catch (JMException e) {
                log.warn("{} could not be unregistered", registration.name(), e);
            }
        }
        registrations.clear();
    }
}
