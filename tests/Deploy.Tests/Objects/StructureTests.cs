using k8s.Models;
using LightlyCluster.Deploy.Tests.Objects.Custom;

namespace LightlyCluster.Deploy.Tests.Objects;

public sealed class StructureTests
{
    /// <summary>What docs/operations says must be there before.</summary>
    private static readonly string[] SecretsBefore = ["access", "store", "s3-credentials"];

    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_selector_matches_the_pods_that_it_is_for(string name)
    {
        var overlay = Overlay.Load(name);

        overlay.Pods.Where(pod => pod.Selector is not null).ShouldAllBe(pod => pod.Matches(pod.Selector!));
        overlay.All<V1Service>().ShouldAllBe(service => overlay.Pods.Count(pod => pod.Matches(service.Spec.Selector)) == 1);
        overlay.All<V1PodDisruptionBudget>().ShouldAllBe(budget => overlay.Pods.Count(pod => pod.Matches(budget.Spec.Selector)) == 1);
        overlay.All<V1NetworkPolicy>().ShouldAllBe(policy => overlay.Pods.Any(pod => pod.Matches(policy.Spec.PodSelector)));
        overlay.All<PodMonitor>().ShouldAllBe(monitor => overlay.Pods.Count(pod => pod.Matches(monitor.Spec.Selector)) == 1);
        overlay.All<ServiceMonitor>().ShouldAllBe(monitor => overlay.All<V1Service>().Count(service => Fits(service, monitor)) == 1);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_port_that_something_names_exists(string name)
    {
        var overlay = Overlay.Load(name);

        foreach (var service in overlay.All<V1Service>())
        {
            var pod = overlay.Pods.Single(candidate => candidate.Matches(service.Spec.Selector));
            service.Spec.Ports.ShouldAllBe(port => pod.Port(port.TargetPort) == port.Port, service.Name());
        }

        foreach (var monitor in overlay.All<PodMonitor>())
        {
            var pod = overlay.Pods.Single(candidate => candidate.Matches(monitor.Spec.Selector));
            monitor.Spec.PodMetricsEndpoints.ShouldAllBe(endpoint => pod.Port(endpoint.Port) != null);
        }

        foreach (var monitor in overlay.All<ServiceMonitor>())
        {
            var service = overlay.All<V1Service>().Single(candidate => Fits(candidate, monitor));
            monitor.Spec.Endpoints.ShouldAllBe(endpoint => service.Spec.Ports.Any(port => port.Name == endpoint.Port));
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_policy_opens_ports_that_its_pods_have(string name)
    {
        var overlay = Overlay.Load(name);

        foreach (var policy in overlay.All<V1NetworkPolicy>())
        {
            var pods = overlay.Pods.Where(pod => pod.Matches(policy.Spec.PodSelector)).ToArray();
            (policy.Spec.Ingress ?? []).SelectMany(rule => rule.Ports ?? [])
                .ShouldAllBe(port => pods.All(pod => pod.Port(port.Port) != null), policy.Name());
            foreach (var rule in (policy.Spec.Egress ?? []).Where(rule => rule.To.All(peer => peer.PodSelector is not null)))
            {
                var targets = overlay.Pods.Where(pod => rule.To.Any(peer => pod.Matches(peer.PodSelector))).ToArray();
                targets.ShouldNotBeEmpty(policy.Name());
                rule.Ports.ShouldAllBe(port => targets.All(pod => pod.Port(port.Port) != null), policy.Name());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Everything_that_a_pod_mounts_or_reads_exists(string name)
    {
        var overlay = Overlay.Load(name);
        var maps = overlay.All<V1ConfigMap>().Select(map => map.Name()).ToArray();
        var certificates = overlay.All<Certificate>().Select(certificate => certificate.Spec.SecretName);
        string[] secrets = [.. overlay.All<V1Secret>().Select(secret => secret.Name()), .. SecretsBefore, .. certificates];
        var claims = overlay.All<V1PersistentVolumeClaim>().Select(claim => claim.Name()).ToArray();
        var accounts = overlay.All<V1ServiceAccount>().Select(account => account.Name()).ToArray();

        foreach (var pod in overlay.Pods)
        {
            var volumes = pod.Spec.Volumes ?? [];
            accounts.ShouldContain(pod.Spec.ServiceAccountName);
            volumes.Where(volume => volume.ConfigMap is not null).ShouldAllBe(volume => maps.Contains(volume.ConfigMap.Name), pod.Name);
            volumes.Where(volume => volume.Secret is not null).ShouldAllBe(volume => secrets.Contains(volume.Secret.SecretName), pod.Name);
            volumes.Where(volume => volume.PersistentVolumeClaim is not null)
                .ShouldAllBe(volume => claims.Contains(volume.PersistentVolumeClaim.ClaimName), pod.Name);
            volumes.ShouldAllBe(volume => volume.HostPath == null, pod.Name);
            string[] names = [.. volumes.Select(volume => volume.Name), .. pod.ClaimedVolumes];
            foreach (var container in pod.Spec.Containers)
            {
                (container.VolumeMounts ?? []).Select(mount => mount.Name).Order().ShouldBe(names.Order(), pod.Name);
                var sources = container.EnvFrom ?? [];
                sources.Where(source => source.ConfigMapRef is not null).ShouldAllBe(source => maps.Contains(source.ConfigMapRef.Name));
                sources.Where(source => source.SecretRef is not null).ShouldAllBe(source => secrets.Contains(source.SecretRef.Name));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_image_has_a_registry_and_a_version(string name)
    {
        foreach (var image in Overlay.Load(name).Pods.SelectMany(pod => pod.Spec.Containers).Select(container => container.Image))
        {
            image.ShouldMatch("^[a-z0-9.-]+(/[a-z0-9_-]+)+:[0-9][0-9A-Za-z.-]*$");
            image.ShouldNotContain("latest");
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Two_coordinators_run_of_which_one_may_be_away(string name)
    {
        var overlay = Overlay.Load(name);
        var set = overlay.All<V1StatefulSet>().Single(candidate => candidate.Name() == "coordinator");

        set.Spec.Replicas.ShouldBe(2);
        set.Spec.ServiceName.ShouldBe("coordinator-peers");
        overlay.All<V1Service>().Single(service => service.Name() == "coordinator-peers").Spec.ClusterIP.ShouldBe("None");
        overlay.All<V1PodDisruptionBudget>().Select(budget => budget.Name()).ShouldBe(["coordinator", "worker"], ignoreOrder: true);
        overlay.All<V1PodDisruptionBudget>().ShouldAllBe(budget => budget.Spec.MaxUnavailable.Value == "1");
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("production")]
    public void A_GPU_worker_has_one_GPU(string name)
    {
        var worker = Overlay.Load(name).Pod("worker").Spec;
        var resources = worker.Containers.Single().Resources;

        worker.RuntimeClassName.ShouldBe("nvidia");
        worker.Containers.Single().Image.ShouldContain("worker-cuda");
        resources.Limits["nvidia.com/gpu"].ToString().ShouldBe("1");
        resources.Requests["nvidia.com/gpu"].ToString().ShouldBe("1");
        worker.Tolerations.ShouldContain(toleration => toleration.Key == "nvidia.com/gpu");
        worker.Tolerations.ShouldContain(toleration => toleration.Key == "node.kubernetes.io/unreachable");
    }

    [Fact]
    public void Prometheus_shows_a_token_and_knows_the_certificate()
    {
        var overlay = Overlay.Load("production");
        var endpoint = overlay.All<ServiceMonitor>().Single().Spec.Endpoints.Single();
        var certificate = overlay.All<Certificate>().Single(candidate => candidate.Spec.SecretName == endpoint.TlsConfig?.Ca.Secret.Name);

        endpoint.Scheme.ShouldBe("https");
        certificate.Spec.DnsNames.ShouldContain(endpoint.TlsConfig!.ServerName);
        SecretsBefore.ShouldContain(endpoint.Authorization?.Credentials.Name);
    }

    [Fact]
    public void The_autoscaler_scales_the_workers_and_nobody_else_does()
    {
        var overlay = Overlay.Load("production");
        var target = overlay.All<ScaledObject>().Single().Spec.ScaleTargetRef;
        var worker = overlay.All<V1Deployment>().Single(deployment => deployment.Name() == target.Name);

        (target.ApiVersion, target.Kind).ShouldBe((worker.ApiVersion, worker.Kind));
        worker.Spec.Replicas.ShouldBeNull();
    }

    private static bool Fits(V1Service service, ServiceMonitor monitor) => monitor.Spec.Selector.MatchLabels
        .All(label => service.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
