namespace LightlyCluster.Worker.Steps;

/// <summary>This worker's bits are not those of the log; it must not go on.</summary>
internal sealed class StateMismatchException(string message) : Exception(message);
