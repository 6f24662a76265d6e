using System.Net.Sockets;
using System.Text;

namespace LightlyCluster.Client.Local;

/// <summary>Tells before a fleet is started whether a Redis server can be used.</summary>
internal static class RedisProbe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Requires that a server answers and lets us in.</summary>
    /// <param name="endpoint">host:port, with options of StackExchange.Redis after commas.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CommandException">
    /// The address is wrong (exit code 2), the server cannot be reached (4) or needs a password (5).
    /// </exception>
    public static async Task RequireAsync(string endpoint, CancellationToken cancellationToken)
    {
        var address = endpoint.Split(',')[0];
        var separator = address.LastIndexOf(':');
        if (separator < 1 || !ushort.TryParse(address[(separator + 1)..], out var port) || port == 0)
        {
            throw new CommandException($"--redis is '{address}'; write HOST:PORT, for example 127.0.0.1:6379");
        }

        if (endpoint.Contains("ssl=true", StringComparison.OrdinalIgnoreCase))
        {
            // What is behind TLS only the coordinator sees; it says what is wrong.
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            var answer = await PingAsync(address[..separator], port, limit.Token);
            RequireAnswer(endpoint, address, answer);
        }
        catch (Exception exception) when (exception is SocketException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var why = exception is OperationCanceledException ? $"no answer in {Timeout.TotalSeconds:0} s" : exception.Message;
            throw new CommandException(
                ExitCode.Unavailable,
                $"Redis at {address} cannot be reached ({why}); start it, name another one with --redis HOST:PORT, or leave --redis out for the embedded store",
                exception);
        }
    }

    private static void RequireAnswer(string endpoint, string address, string answer)
    {
        var hasPassword = endpoint.Contains("password=", StringComparison.OrdinalIgnoreCase);
        if (answer.StartsWith("-NOAUTH", StringComparison.Ordinal) && !hasPassword)
        {
            throw new CommandException(ExitCode.Permission, $"Redis at {address} needs a password; write --redis {address},password=...");
        }

        if (answer.StartsWith("-DENIED", StringComparison.Ordinal))
        {
            throw new CommandException(ExitCode.Permission, $"Redis at {address} refuses this machine: {answer[1..]}");
        }

        if (!answer.StartsWith("+PONG", StringComparison.Ordinal) && !answer.StartsWith("-NOAUTH", StringComparison.Ordinal))
        {
            throw new CommandException(ExitCode.Unavailable, $"What answers at {address} is not Redis; name another server with --redis HOST:PORT");
        }
    }

    private static async Task<string> PingAsync(string host, int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
        var buffer = new byte[512];
        var count = await stream.ReadAsync(buffer, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, count).Split('\r')[0];
    }
}
