using System.Net;
using System.Net.Sockets;
using LightlyCluster.Fleet.Redis.Payloads;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Connections to the store: control traffic and bulk traffic never share one.</summary>
public sealed class RedisConnections : IAsyncDisposable
{
    private const int ConnectTimeoutMilliseconds = 3000;

    private static readonly TimeSpan BulkTimeout = TimeSpan.FromSeconds(30);

    private readonly ConnectionMultiplexer _control;
    private readonly ConnectionMultiplexer _bulk;

    private RedisConnections(ConnectionMultiplexer control, ConnectionMultiplexer bulk, IPayloadChannel payloads, RedisEndpoints endpoints)
    {
        _control = control;
        _bulk = bulk;
        Payloads = payloads;
        Endpoints = endpoints;
    }

    /// <summary>Where the store is.</summary>
    public RedisEndpoints Endpoints { get; }

    internal IDatabase Meta => _control.GetDatabase();

    internal IDatabase Data => _bulk.GetDatabase();

    internal IEnumerable<IServer> DataServers => _bulk.GetServers().Where(server => server.IsConnected && !server.IsReplica);

    internal IPayloadChannel Payloads { get; }

    /// <summary>This machine's address on the way to META, as text.</summary>
    internal string NearestAddress
    {
        get
        {
            try
            {
                // No packet is sent: the system only chooses the interface.
                using var probe = new Socket(SocketType.Dgram, ProtocolType.Udp);
                var address = _control.GetEndPoints()[0] switch
                {
                    DnsEndPoint name => Dns.GetHostAddresses(name.Host)[0],
                    IPEndPoint known => known.Address,
                    _ => IPAddress.Loopback,
                };
                probe.Connect(address, 1);
                var nearest = ((IPEndPoint)probe.LocalEndPoint!).Address;
                return (nearest.IsIPv4MappedToIPv6 ? nearest.MapToIPv4() : nearest).ToString();
            }
            catch (SocketException)
            {
                return IPAddress.Loopback.ToString();
            }
        }
    }

    internal ISubscriber Subscriber => _control.GetSubscriber();

    /// <summary>Connects and checks that the store answers and runs scripts.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, needs a password or lacks a command.</exception>
    public static async Task<RedisConnections> ConnectAsync(RedisEndpoints endpoints, string clientName)
    {
        var control = await ConnectOneAsync(endpoints.Meta, endpoints.Access, clientName + "-control", TimeSpan.FromSeconds(15), mayAskSettings: false);
        try
        {
            var bulk = await ConnectOneAsync(endpoints.Data, endpoints.Access, clientName + "-bulk", BulkTimeout, mayAskSettings: true);
            return new(control, bulk, await PayloadChannelAsync(bulk, endpoints), endpoints);
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
        await Payloads.DisposeAsync();
        await _control.DisposeAsync();
        await _bulk.DisposeAsync();
    }

    /// <summary>A connection of our own where one server answers in the clear, StackExchange.Redis for a cluster and for TLS.</summary>
    private static async Task<IPayloadChannel> PayloadChannelAsync(ConnectionMultiplexer bulk, RedisEndpoints endpoints)
    {
        var options = ConfigurationOptions.Parse(endpoints.Data);
        endpoints.Access?.ApplyTo(options);
        var servers = bulk.GetServers();
        if (options.Ssl || options.EndPoints.Count != 1 || servers.Length != 1 || servers[0].ServerType != ServerType.Standalone)
        {
            return new MultiplexedPayloadChannel(bulk.GetDatabase());
        }

        options.ConnectTimeout = ConnectTimeoutMilliseconds;
        return new DirectPayloadChannel(await NearestAsync(servers[0]), options, BulkTimeout, TimeProvider.System);
    }

    /// <summary>The Unix socket of a server on this machine where it has one that we may use, else its address.</summary>
    private static async Task<EndPoint> NearestAsync(IServer server)
    {
        var isHere = server.EndPoint is IPEndPoint { Address: var address } ? IPAddress.IsLoopback(address) : server.EndPoint is DnsEndPoint { Host: "localhost" };
        if (!isHere)
        {
            return server.EndPoint;
        }

        try
        {
            var setting = await server.ConfigGetAsync("unixsocket");
            if (setting is [{ Value: { Length: > 0 } path }])
            {
                var near = new UnixDomainSocketEndPoint(path);
                using var trial = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await trial.ConnectAsync(near);
                return near;
            }
        }
        catch (Exception error) when (error is RedisServerException or SocketException or ArgumentException)
        {
            // The server keeps its settings to itself, or the socket is in another container, another user's, or gone.
        }

        return server.EndPoint;
    }

    private static async Task<ConnectionMultiplexer> ConnectOneAsync(string endpoint, StoreAccess? access, string clientName, TimeSpan timeout, bool mayAskSettings)
    {
        ConnectionMultiplexer? connection = null;
        try
        {
            var options = ConfigurationOptions.Parse(endpoint);
            access?.ApplyTo(options);
            options.ClientName = clientName;
            options.AllowAdmin = mayAskSettings;
            options.ConnectTimeout = ConnectTimeoutMilliseconds;
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
            ? $"Redis at {address} needs a password. Give it with Store:PasswordFile (--store-password-file FILE) or in the environment (Store__Password)."
            : $"Redis at {address} cannot be reached ({ReasonOf(error)}). Start it, or name another one: --meta and --data of a program, --redis of lightly.";
    }

    /// <summary>What the library says, without its advice on how to program it.</summary>
    private static string ReasonOf(Exception error)
    {
        var innermost = error.GetBaseException();
        var text = innermost is RedisException ? error.Message : innermost.Message;
        return text.Split('\n')[0].Split(" To allow this multiplexer")[0].Replace("It was not possible to connect to the redis server(s). ", "").TrimEnd('.');
    }
}
