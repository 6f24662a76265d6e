using LightlyCluster.Fleet.Redis;

namespace LightlyCluster.Coordinator.Hosting;

/// <summary>Connects to the store at start, with patience where a whole cluster starts at once.</summary>
internal static class StoreConnector
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Connects; repeats for <see cref="CoordinatorOptions.StoreWait"/>, saying each reason once.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer in that time.</exception>
    public static async Task<RedisConnections> ConnectAsync(CoordinatorOptions options, StoreAccess access, TimeProvider clock)
    {
        var endpoints = new RedisEndpoints(options.Meta, options.Data.Length > 0 ? options.Data : options.Meta, options.KeyPrefix, access);
        var began = clock.GetTimestamp();
        var said = "";
        while (true)
        {
            try
            {
                return await RedisConnections.ConnectAsync(endpoints, "lightly-coordinator");
            }
            catch (StoreUnavailableException error) when (clock.GetElapsedTime(began) < options.StoreWait)
            {
                if (error.Message != said)
                {
                    said = error.Message;
                    await Console.Error.WriteLineAsync($"{said} Waiting for it up to {options.StoreWait}.");
                }
            }

            await Task.Delay(Interval, clock);
        }
    }
}
