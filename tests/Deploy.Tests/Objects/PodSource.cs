using k8s;
using k8s.Models;

namespace LightlyCluster.Deploy.Tests.Objects;

/// <summary>The pods that a workload makes.</summary>
internal sealed record PodSource(string Name, string Kind, V1PodTemplateSpec Template, V1LabelSelector? Selector)
{
    public V1PodSpec Spec => Template.Spec;

    public bool RunsForever => Kind is "Deployment" or "StatefulSet";

    /// <summary>Names of volumes that come with each pod of a StatefulSet.</summary>
    public IReadOnlyList<string> ClaimedVolumes { get; init; } = [];

    public static PodSource? Of(IKubernetesObject<V1ObjectMeta> source) => source switch
    {
        V1Deployment deployment => new(deployment.Name(), "Deployment", deployment.Spec.Template, deployment.Spec.Selector),
        V1StatefulSet set => new(set.Name(), "StatefulSet", set.Spec.Template, set.Spec.Selector)
        {
            ClaimedVolumes = [.. (set.Spec.VolumeClaimTemplates ?? []).Select(claim => claim.Metadata.Name)],
        },
        V1CronJob cron => new(cron.Name(), "CronJob", cron.Spec.JobTemplate.Spec.Template, null),
        _ => null,
    };

    /// <summary>Whether a selector takes these pods.</summary>
    public bool Matches(V1LabelSelector selector) =>
        Matches(selector.MatchLabels)
        && (selector.MatchExpressions ?? []).All(expression =>
            expression.OperatorProperty == "In" && Template.Metadata.Labels.TryGetValue(expression.Key, out var value) && expression.Values.Contains(value));

    public bool Matches(IDictionary<string, string>? labels) =>
        (labels ?? new Dictionary<string, string>()).All(label => Template.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value);

    /// <summary>The number of a port that is named or given as a number; null where no container has it.</summary>
    public int? Port(IntOrString port) => Spec.Containers.SelectMany(container => container.Ports ?? [])
        .FirstOrDefault(candidate => candidate.Name == port.Value || $"{candidate.ContainerPort}" == port.Value)?.ContainerPort;
}
