using System.Text.Json;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Worker.Tasks.Local;

/// <summary>A command of the client that computes, run once in a process of its own: <c>LightlyCluster.Worker task NAME</c>.</summary>
internal abstract class LocalTask
{
    /// <summary>Runs the task on a request in JSON.</summary>
    /// <exception cref="JsonException">The text is no request of this task.</exception>
    public abstract Task<JsonElement> RunAsync(string request, TaskReport report, CancellationToken cancellationToken);
}

/// <summary>A task with its request and result as records that the client knows too.</summary>
/// <typeparam name="TRequest">What is asked for.</typeparam>
/// <typeparam name="TResult">What is found.</typeparam>
#pragma warning disable MA0048, SA1402 // The two are one idea: the typed face of a task.
internal abstract class LocalTask<TRequest, TResult> : LocalTask
#pragma warning restore MA0048, SA1402
    where TRequest : notnull
{
    /// <inheritdoc/>
    public override async Task<JsonElement> RunAsync(string request, TaskReport report, CancellationToken cancellationToken)
    {
        var read = JsonSerializer.Deserialize<TRequest>(request, TaskJson.Options) ?? throw new JsonException("The request is empty.");
        return JsonSerializer.SerializeToElement(await RunAsync(read, report, cancellationToken), TaskJson.Options);
    }

    /// <summary>Runs the task. Throw <see cref="TaskException"/> for a user's mistake.</summary>
    protected abstract Task<TResult> RunAsync(TRequest request, TaskReport report, CancellationToken cancellationToken);
}
