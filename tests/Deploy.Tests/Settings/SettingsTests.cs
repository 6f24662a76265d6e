using System.Net;
using k8s.Models;
using LightlyCluster.Coordinator.Hosting;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Deploy.Tests.Objects;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Hosting;
using LightlyCluster.Observability;
using LightlyCluster.Worker.Hosting;

namespace LightlyCluster.Deploy.Tests.Settings;

public sealed class SettingsTests
{
    private static readonly string[] KnownVariables =
    [
        "POD_NAME", "POD_NAMESPACE", "POD_UID", "NODE_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_RESOURCE_ATTRIBUTES", "LIGHTLY_CACHE",
        "AWS_ENDPOINT_URL_S3", "AWS_REGION", "RESULTS_BUCKET",
    ];

    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_setting_is_one_that_a_program_knows(string name)
    {
        var overlay = Overlay.Load(name);
        var coordinator = new ProgramEnvironment(overlay, "coordinator");
        var worker = new ProgramEnvironment(overlay, "worker");

        Should.NotThrow(() => SettingsReader.Read<CoordinatorOptions>(coordinator.Configuration, CoordinatorOptions.SectionName));
        Should.NotThrow(() => SettingsReader.Read<SecurityOptions>(coordinator.Configuration, SecurityOptions.SectionName));
        Should.NotThrow(() => SettingsReader.Read<WorkerOptions>(worker.Configuration, WorkerOptions.SectionName));
        foreach (var configuration in new[] { coordinator.Configuration, worker.Configuration })
        {
            Should.NotThrow(() => SettingsReader.Read<TelemetryOptions>(configuration, TelemetryOptions.SectionName)).Problem.ShouldBeNull();
            Should.NotThrow(() => SettingsReader.Read<StoreAccess>(configuration, StoreAccess.SectionName)).IsSet.ShouldBeTrue();
        }

        coordinator.Configuration.GetChildren().Select(section => section.Key).ShouldBeSubsetOf(["Coordinator", "Security", "Store", "Telemetry"]);
        worker.Configuration.GetChildren().Select(section => section.Key).ShouldBeSubsetOf(["Worker", "Store", "Telemetry"]);
        coordinator.Others.Concat(worker.Others).ShouldBeSubsetOf(KnownVariables);
    }

    [Theory]
    [InlineData("local-cpu", false, false)]
    [InlineData("gpu", true, false)]
    [InlineData("production", true, true)]
    public void A_coordinator_starts_with_its_security_and_the_workers_have_what_it_asks_for(string name, bool asksWho, bool hasTls)
    {
        var overlay = Overlay.Load(name);
        var security = SettingsReader.Read<SecurityOptions>(new ProgramEnvironment(overlay, "coordinator").Configuration, SecurityOptions.SectionName);
        var store = SettingsReader.Read<StoreAccess>(new ProgramEnvironment(overlay, "coordinator").Configuration, StoreAccess.SectionName);
        var worker = SettingsReader.Read<WorkerOptions>(new ProgramEnvironment(overlay, "worker").Configuration, WorkerOptions.SectionName);

        SecurityRules.Check(security, IPAddress.Any).ShouldBeEmpty();
        (security.AsksWho, security.HasTls, store.Tls).ShouldBe((asksWho, hasTls, hasTls));
        (worker.TokenFile.Length > 0).ShouldBe(asksWho && !hasTls);
        (worker.TlsCertificate.Length > 0).ShouldBe(hasTls);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Programs_listen_on_the_ports_that_their_pods_and_services_have(string name)
    {
        var overlay = Overlay.Load(name);
        var options = SettingsReader.Read<CoordinatorOptions>(new ProgramEnvironment(overlay, "coordinator").Configuration, CoordinatorOptions.SectionName);
        var worker = SettingsReader.Read<WorkerOptions>(new ProgramEnvironment(overlay, "worker").Configuration, WorkerOptions.SectionName);

        options.Listen.ShouldBe($"0.0.0.0:{Port(overlay, "coordinator", "grpc")}");
        options.Http.ShouldBe($"0.0.0.0:{Port(overlay, "coordinator", "http")}");
        options.Probes.ShouldBe($"0.0.0.0:{Port(overlay, "coordinator", "probes")}");
        SettingsReader.Read<TelemetryOptions>(new ProgramEnvironment(overlay, "worker").Configuration, TelemetryOptions.SectionName)
            .MetricsPortNumber.ShouldBe(Port(overlay, "worker", "metrics"));
        worker.Probes.ShouldBe($"0.0.0.0:{Port(overlay, "worker", "probes")}");
        RequireService(overlay, new Uri(worker.Coordinator).Authority);
        RequireService(overlay, options.Meta);
        RequireService(overlay, options.Data);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_leader_names_an_address_that_its_pod_has(string name)
    {
        var overlay = Overlay.Load(name);
        var environment = new ProgramEnvironment(overlay, "coordinator");
        var advertised = new Uri(SettingsReader.Read<CoordinatorOptions>(environment.Configuration, CoordinatorOptions.SectionName).Advertise);
        var worker = SettingsReader.Read<WorkerOptions>(new ProgramEnvironment(overlay, "worker").Configuration, WorkerOptions.SectionName);

        advertised.Host.ShouldBe("coordinator-0.coordinator-peers.lightly.svc");
        advertised.Port.ShouldBe(Port(overlay, "coordinator", "grpc"));
        advertised.Scheme.ShouldBe(new Uri(worker.Coordinator).Scheme);
        advertised.Scheme.ShouldBe(name == "production" ? "https" : "http");
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void A_variable_refers_to_earlier_ones_only(string name)
    {
        var overlay = Overlay.Load(name);

        foreach (var pod in overlay.Pods.Where(pod => pod.Name is "coordinator" or "worker"))
        {
            new ProgramEnvironment(overlay, pod.Name).Variables.ShouldAllBe(variable => !variable.Value.Contains("$(", StringComparison.Ordinal), pod.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_path_in_the_settings_is_mounted(string name)
    {
        var overlay = Overlay.Load(name);
        foreach (var environment in new[] { "coordinator", "worker" }.Select(pod => new ProgramEnvironment(overlay, pod)))
        {
            var mounts = environment.Container.VolumeMounts.Select(mount => mount.MountPath).ToArray();
            foreach (var (key, value) in environment.Variables.Where(variable => variable.Value.StartsWith('/') && !variable.Key.EndsWith("DataRoots", StringComparison.Ordinal)))
            {
                mounts.ShouldContain(mount => value == mount || value.StartsWith(mount + "/", StringComparison.Ordinal), $"{key}={value}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Coordinator_and_workers_see_results_at_the_same_path(string name)
    {
        var overlay = Overlay.Load(name);
        var options = SettingsReader.Read<CoordinatorOptions>(new ProgramEnvironment(overlay, "coordinator").Configuration, CoordinatorOptions.SectionName);

        foreach (var pod in new[] { "coordinator", "worker" }.Select(overlay.Pod))
        {
            var mount = pod.Spec.Containers.Single().VolumeMounts.Single(candidate => candidate.MountPath == options.Results);
            pod.Spec.Volumes.Single(volume => volume.Name == mount.Name).PersistentVolumeClaim.ClaimName.ShouldBe("results");
            mount.ReadOnlyProperty.ShouldBeNull();
        }
    }

    private static int Port(Overlay overlay, string pod, string port) => overlay.Pod(pod).Port(port)!.Value;

    private static void RequireService(Overlay overlay, string address)
    {
        var parts = address.Split(':');
        overlay.All<V1Service>().Single(service => service.Name() == parts[0]).Spec.Ports.ShouldContain(port => $"{port.Port}" == parts[1]);
    }
}
