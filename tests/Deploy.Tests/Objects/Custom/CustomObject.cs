using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>An object of a kind that is defined by somebody else; the records hold the fields that we use, and any other is an error.</summary>
internal abstract class CustomObject<TSpec> : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public TSpec Spec { get; set; } = default!;
}
