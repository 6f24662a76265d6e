using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Redis.Tests.Model;

/// <summary>A call to a store about one job, with its answer as text.</summary>
/// <param name="Description">What is called with what; printed when a sequence fails.</param>
/// <param name="AnswerAsync">Makes the call.</param>
public sealed record StoreCall(string Description, Func<IFleetStore, string, Task<string>> AnswerAsync)
{
    /// <summary>The call and what came of it; a broken invariant is an answer as well.</summary>
    public async Task<string> RunAsync(IFleetStore store, string job)
    {
        try
        {
            return await AnswerAsync(store, job);
        }
        catch (InvariantBrokenException)
        {
            return "INVARIANT";
        }
    }

    public override string ToString() => Description;
}
