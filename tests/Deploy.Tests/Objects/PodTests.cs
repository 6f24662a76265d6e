using k8s.Models;

namespace LightlyCluster.Deploy.Tests.Objects;

public sealed class PodTests
{
    public static TheoryData<string, string> Pods
    {
        get
        {
            var pods = new TheoryData<string, string>();
            foreach (var overlay in Overlay.Names.Where(_ => File.Exists("/usr/bin/kubectl") || File.Exists("/usr/local/bin/kubectl")))
            {
                Overlay.Load(overlay).Pods.ToList().ForEach(pod => pods.Add(overlay, pod.Name));
            }

            return pods;
        }
    }

    [Theory]
    [MemberData(nameof(Pods), DisableDiscoveryEnumeration = true)]
    public void A_pod_obeys_the_restricted_standard(string overlay, string name)
    {
        var pod = Overlay.Load(overlay).Pod(name).Spec;

        pod.SecurityContext.RunAsNonRoot.ShouldBe(true);
        (pod.SecurityContext.RunAsUser > 0).ShouldBeTrue();
        pod.SecurityContext.SeccompProfile.Type.ShouldBe("RuntimeDefault");
        (pod.HostNetwork ?? pod.HostPID ?? pod.HostIPC ?? false).ShouldBeFalse();
        pod.AutomountServiceAccountToken.ShouldBe(false);
        pod.EnableServiceLinks.ShouldBe(false);
        foreach (var context in pod.Containers.Select(container => container.SecurityContext))
        {
            context.AllowPrivilegeEscalation.ShouldBe(false);
            context.ReadOnlyRootFilesystem.ShouldBe(true);
            context.Capabilities.Drop.ShouldBe(["ALL"]);
            context.Capabilities.Add.ShouldBeNull();
            (context.Privileged ?? false).ShouldBeFalse();
            context.RunAsUser.ShouldBeNull();
        }
    }

    [Theory]
    [MemberData(nameof(Pods), DisableDiscoveryEnumeration = true)]
    public void A_container_says_what_it_needs(string overlay, string name)
    {
        foreach (var resources in Overlay.Load(overlay).Pod(name).Spec.Containers.Select(container => container.Resources))
        {
            var (asked, most) = (resources.Requests["memory"].ToDecimal(), resources.Limits["memory"].ToDecimal());
            resources.Requests["cpu"].ToDecimal().ShouldBeGreaterThan(0);
            asked.ShouldBeGreaterThan(0);
            most.ShouldBeGreaterThanOrEqualTo(asked);
        }
    }

    [Theory]
    [MemberData(nameof(Pods), DisableDiscoveryEnumeration = true)]
    public void Probes_ask_ports_that_exist_and_give_a_start_its_time(string overlay, string name)
    {
        var pod = Overlay.Load(overlay).Pod(name);
        foreach (var container in pod.Spec.Containers.Where(_ => pod.RunsForever))
        {
            V1Probe[] probes = [container.StartupProbe, container.LivenessProbe, container.ReadinessProbe];
            foreach (var probe in probes)
            {
                probe.ShouldNotBeNull();
                var port = probe.HttpGet?.Port ?? probe.TcpSocket?.Port ?? (probe.Grpc is { } grpc ? (IntOrString)$"{grpc.Port}" : null);
                (port is null ? probe.Exec.Command.Count : pod.Port(port) ?? 0).ShouldBeGreaterThan(0);
            }

            ((container.StartupProbe.PeriodSeconds ?? 10) * (container.StartupProbe.FailureThreshold ?? 3)).ShouldBeGreaterThanOrEqualTo(60);
        }
    }

    [Theory]
    [InlineData("coordinator", 30)]
    [InlineData("worker", 5)]
    public void Our_programs_are_asked_by_gRPC_and_have_time_to_leave(string name, int secondsOfShutdown)
    {
        foreach (var pod in Overlay.Names.Select(overlay => Overlay.Load(overlay).Pod(name).Spec))
        {
            var container = pod.Containers.Single();
            container.StartupProbe.Grpc.Service.ShouldBe("liveness");
            container.LivenessProbe.Grpc.Service.ShouldBe("liveness");
            container.ReadinessProbe.Grpc.Service.ShouldBe("readiness");
            pod.TerminationGracePeriodSeconds!.Value.ShouldBeGreaterThan(secondsOfShutdown);
            container.Lifecycle.ShouldBeNull();
        }
    }
}
