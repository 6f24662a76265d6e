using System.Runtime.ExceptionServices;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Does things side by side, with the exceptions that doing them one by one would throw.</summary>
internal static class ParallelWork
{
    /// <summary>Does something for each number from 0.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void For(int count, Action<int> action, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, count, options, action);
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.Flatten().InnerExceptions[0]);
        }
    }
}
