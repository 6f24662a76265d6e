namespace LightlyCluster.Worker.Steps;

/// <summary>A specification that only a worker can find unusable: what it names does not fit together.</summary>
internal sealed class JobSpecificationException(string message) : Exception(message);
