using System.Text.Json;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Worker.Tasks.Local;

/// <summary>Tells the client how a task is going, one line of JSON at a time. Safe to use from several threads.</summary>
internal sealed class TaskReport(TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private long _progressAt;

    /// <summary>Tells the progress; what comes too often is left out, the first and the last of a total are not.</summary>
    /// <param name="activity">What is being done, as a word: "indexing".</param>
    /// <param name="done">How many are done.</param>
    /// <param name="total">How many there are; 0 while it is not known.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    public void Progress(string activity, long done, long total, string unit)
    {
        lock (_lock)
        {
            if (_progressAt != 0 && done != total && clock.GetElapsedTime(_progressAt) < Interval)
            {
                return;
            }

            _progressAt = clock.GetTimestamp();
            Write(new TaskMessage { Progress = new(activity, done, total, unit) });
        }
    }

    /// <summary>Tells people something.</summary>
    public void Say(string message) => Write(new TaskMessage { Say = message });

    /// <summary>Tells the result.</summary>
    public void Finish(JsonElement result) => Write(new TaskMessage { Result = result });

    /// <summary>Tells why there is no result.</summary>
    public void Fail(int exitCode, string message) => Write(new TaskMessage { Failure = new(exitCode, message) });

    private void Write(TaskMessage message)
    {
        lock (_lock)
        {
            output.WriteLine(JsonSerializer.Serialize(message, TaskJson.Options));
            output.Flush();
        }
    }
}
