using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Connections to the store: control traffic and bulk traffic never share one.</summary>
public sealed class RedisConnections : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _control;
    private readonly ConnectionMultiplexer _bulk;

    private RedisConnections(ConnectionMultiplexer control, ConnectionMultiplexer bulk, RedisEndpoints endpoints)
    {
        _control = control;
        _bulk = bulk;
        Endpoints = endpoints;
    }

    /// <summary>Where the store is.</summary>
    public RedisEndpoints Endpoints { get; }

    internal IDatabase Meta => _control.GetDatabase();

    internal IDatabase Data => _bulk.GetDatabase();

    internal IEnumerable<IServer> DataServers => _bulk.GetServers().Where(server => server.IsConnected && !server.IsReplica);

    internal ISubscriber Subscriber => _control.GetSubscriber();

    /// <summary>Connects and checks that the store answers and runs scripts.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, needs a password or lacks a command.</exception>
    public static async Task<RedisConnections> ConnectAsync(RedisEndpoints endpoints, string clientName)
    {
        var control = await ConnectOneAsync(endpoints.Meta, clientName + "-control", TimeSpan.FromSeconds(15));
        try
        {
            return new(control, await ConnectOneAsync(endpoints.Data, clientName + "-bulk", TimeSpan.FromSeconds(30)), endpoints);
        }
        catch (StoreUnavailableException)
        {
            await control.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        await _bulk.DisposeAsync();
    }

    private static async Task<ConnectionMultiplexer> ConnectOneAsync(string endpoint, string clientName, TimeSpan timeout)
    {
        ConnectionMultiplexer? connection = null;
        try
        {
            var options = ConfigurationOptions.Parse(endpoint);
            options.ClientName = clientName;
            options.ConnectTimeout = 3000;
            options.ConnectRetry = 2;
            options.AsyncTimeout = options.SyncTimeout = (int)timeout.TotalMilliseconds;
            options.ReconnectRetryPolicy = new ExponentialRetry(100, 2000);
            options.HeartbeatInterval = TimeSpan.FromSeconds(1);
            options.KeepAlive = 10;
            connection = await ConnectionMultiplexer.ConnectAsync(options);
            await connection.GetDatabase().ScriptEvaluateAsync("return 1");
            return connection;
        }
        catch (Exception error) when (error is RedisException or ArgumentException or TimeoutException)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            throw new StoreUnavailableException(Explain(endpoint, error), error);
        }
    }

    private static string Explain(string endpoint, Exception error)
    {
        var address = endpoint.Split(',')[0];
        var text = error.ToString();
        return text.Contains("NOAUTH") || text.Contains("WRONGPASS") || text.Contains("AuthenticationFailure")
            ? $"Redis at {address} needs a password. Give it as '{address},password=...' (see the StackExchange.Redis options)."
            : $"Redis at {address} cannot be reached ({error.Message.Split('\n')[0].TrimEnd('.')}). Start it, or name another one with --redis HOST:PORT.";
    }
}
