using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Turns what StackExchange.Redis throws into the two errors that callers of a store handle.</summary>
internal static class StoreErrors
{
    private static readonly string[] Away = ["LOADING", "BUSY", "MASTERDOWN", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS"];

    /// <summary>Awaits a call to the store.</summary>
    /// <exception cref="StoreAwayException">No answer; the call may have been carried out or not.</exception>
    /// <exception cref="StoreFullException">The store has no room or cannot write its file.</exception>
    public static async Task<T> OrStoreErrorAsync<T>(this Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (RedisServerException error) when (error.Message.Contains("OOM ", StringComparison.Ordinal)
            || error.Message.Contains("MISCONF", StringComparison.Ordinal))
        {
            throw new StoreFullException(error.Message.Split('\n')[0], error);
        }
        catch (Exception error) when (IsAway(error))
        {
            throw new StoreAwayException(error.Message.Split('\n')[0], error);
        }
    }

    /// <summary>Awaits a call to the store that answers nothing.</summary>
    /// <exception cref="StoreAwayException">No answer; the call may have been carried out or not.</exception>
    /// <exception cref="StoreFullException">The store has no room or cannot write its file.</exception>
    public static Task OrStoreErrorAsync(this Task call)
    {
        return AnsweredAsync().OrStoreErrorAsync();

        async Task<bool> AnsweredAsync()
        {
            await call;
            return true;
        }
    }

    private static bool IsAway(Exception error) => error switch
    {
        RedisServerException server => Away.Any(word => server.Message.StartsWith(word, StringComparison.Ordinal)),
        // Calls carry no token: what is cancelled is a connection that ends.
        RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException => true,
        _ => false,
    };
}
