using k8s.Models;
using LightlyCluster.Deploy.Tests.Objects;
using LightlyCluster.Deploy.Tests.Settings;
using YamlDotNet.RepresentationModel;

namespace LightlyCluster.Deploy.Tests.Monitoring;

public sealed class CollectorTests
{
    /// <summary>Keys of each part as the collector documents them; an unknown one keeps it from starting.</summary>
    private static readonly Dictionary<string, string[]> KnownKeys = new(StringComparer.Ordinal)
    {
        ["receivers/otlp"] = ["protocols"],
        ["processors/memory_limiter"] = ["check_interval", "limit_percentage", "spike_limit_percentage", "limit_mib", "spike_limit_mib"],
        ["processors/batch"] = ["send_batch_size", "send_batch_max_size", "timeout"],
        ["processors/resource"] = ["attributes"],
        ["exporters/otlp"] = ["endpoint", "tls", "sending_queue", "retry_on_failure", "timeout", "headers", "compression"],
        ["exporters/nop"] = [],
        ["extensions/health_check"] = ["endpoint", "path"],
    };

    [Fact]
    public void Every_part_is_known_and_every_pipeline_is_made_of_parts()
    {
        var root = Configuration();
        var defined = new[] { "receivers", "processors", "exporters", "extensions" }
            .SelectMany(kind => Map(root, kind).Children.Keys.Select(name => $"{kind}/{name}")).ToArray();

        root.Children.Keys.Select(key => key.ToString()).ShouldBe(["receivers", "processors", "exporters", "extensions", "service"], ignoreOrder: true);
        defined.ShouldBe(KnownKeys.Keys, ignoreOrder: true);
        foreach (var part in defined)
        {
            var (kind, name) = (part.Split('/')[0], part.Split('/')[1]);
            Map(Map(root, kind), name).Children.Keys.Select(key => key.ToString()).ShouldBeSubsetOf(KnownKeys[part], part);
        }

        foreach (var (signal, pipeline) in Map(Map(root, "service"), "pipelines").Children)
        {
            signal.ToString().ShouldBeOneOf("traces", "metrics");
            foreach (var (kind, names) in ((YamlMappingNode)pipeline).Children)
            {
                ((YamlSequenceNode)names).Select(name => $"{kind}/{name}").ShouldBeSubsetOf(defined);
            }
        }

        ((YamlSequenceNode)Map(root, "service")["extensions"]).Select(name => $"extensions/{name}").ShouldBeSubsetOf(defined);
    }

    [Fact]
    public void Programs_send_to_the_collector_and_it_sends_to_Tempo()
    {
        var overlay = Overlay.Load("production");
        var protocols = Map(Map(Map(Configuration(), "receivers"), "otlp"), "protocols");
        var tempo = Map(Map(Configuration(), "exporters"), "otlp")["endpoint"].ToString();

        foreach (var pod in new[] { "coordinator", "worker" })
        {
            var endpoint = new Uri(new ProgramEnvironment(overlay, pod).Variables["OTEL_EXPORTER_OTLP_ENDPOINT"]);
            RequirePort(overlay, endpoint.Host, endpoint.Port);
            Map(protocols, "grpc")["endpoint"].ToString().ShouldEndWith($":{endpoint.Port}");
        }

        RequirePort(overlay, tempo.Split(':')[0], int.Parse(tempo.Split(':')[1]));
        overlay.ConfigMap("tempo").Data["tempo.yaml"].ShouldContain($"endpoint: 0.0.0.0:{tempo.Split(':')[1]}");
        overlay.ConfigMap("lightly-datasources").Data["datasources.yaml"].ShouldContain("http://tempo.lightly.svc:3200");
        RequirePort(overlay, "tempo", 3200);
    }

    private static void RequirePort(Overlay overlay, string service, int port) =>
        overlay.All<V1Service>().Single(candidate => candidate.Name() == service).Spec.Ports.ShouldContain(candidate => candidate.Port == port);

    private static YamlMappingNode Configuration()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Overlay.Load("production").ConfigMap("otel-collector").Data["collector.yaml"]));
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    private static YamlMappingNode Map(YamlMappingNode parent, string name) => (YamlMappingNode)parent[name];
}
