using System.Text.Json;

namespace LightlyCluster.Protocol.Tasks;

/// <summary>One line of a task's standard output: exactly one of the properties is set.</summary>
/// <remarks>
/// A client starts <c>LightlyCluster.Worker task NAME</c>, writes the request as one line of JSON to its standard input and keeps that
/// open; when it closes, the task ends. The last line is a result or a failure.
/// </remarks>
public sealed record TaskMessage
{
    /// <summary>How far the task is.</summary>
    public TaskProgress? Progress { get; init; }

    /// <summary>A message for people.</summary>
    public string? Say { get; init; }

    /// <summary>What the task found; its last line.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Why the task ended without a result; its last line.</summary>
    public TaskFailure? Failure { get; init; }
}
