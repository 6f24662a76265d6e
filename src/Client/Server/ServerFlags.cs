using System.CommandLine;
using LightlyCluster.Client.Commands;
using LightlyCluster.Client.Configuration;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Protocol.Connections;

namespace LightlyCluster.Client.Server;

/// <summary>The flags by which a command finds a coordinator and proves who calls: flag, else environment, else configuration file, else default.</summary>
/// <remarks>There is no flag for the token itself: everybody on a machine can read command lines.</remarks>
internal sealed class ServerFlags
{
    /// <summary>Environment variable that names the coordinators.</summary>
    public const string ServerVariable = "LIGHTLY_SERVER";

    /// <summary>Where a coordinator listens unless told otherwise.</summary>
    public const string ServerDefault = "127.0.0.1:50051";

    private const string TokenVariable = "LIGHTLY_TOKEN";
    private const string TokenFileVariable = "LIGHTLY_TOKEN_FILE";

    private readonly Option<string?> _server;
    private readonly Option<string?> _tokenFile = new("--token-file") { Description = $"File with the token; default {TokenFileVariable}, or the token in {TokenVariable}.", HelpName = "file" };
    private readonly Option<string?> _tlsCa = new("--tls-ca") { Description = "PEM file of the authority that is trusted; default LIGHTLY_TLS_CA.", HelpName = "file" };
    private readonly Option<string?> _tlsCert = new("--tls-cert") { Description = "PEM file of a client certificate; default LIGHTLY_TLS_CERT.", HelpName = "file" };
    private readonly Option<string?> _tlsKey = new("--tls-key") { Description = "PEM file of its key; default LIGHTLY_TLS_KEY.", HelpName = "file" };

    /// <summary>Makes the flags.</summary>
    /// <param name="description">What --server means; null: the usual.</param>
    public ServerFlags(string? description = null) => _server = new("--server", "-s")
    {
        Description = description ?? $"Coordinator as HOST:PORT or https://HOST:PORT, several with commas; default {ServerVariable}, else {ServerDefault}.",
        HelpName = "host:port",
    };

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new[] { _server, _tokenFile, _tlsCa, _tlsCert, _tlsKey })
        {
            command.Add(option);
        }
    }

    /// <summary>Whether the command line names a coordinator.</summary>
    public bool IsServerGiven(ParseResult parsed) => parsed.GetValue(_server) is not null;

    /// <summary>Opens a client; nothing is sent yet.</summary>
    /// <exception cref="CommandException">An address, the configuration file or a named file cannot be used.</exception>
    public LightlyClient Open(ParseResult parsed, CommandContext context)
    {
        var configuration = ClientConfiguration.OfProcess;
        string Setting(Option<string?> option, string variable, string key) => parsed.GetValue(option) ?? configuration.Find(variable, key) ?? "";

        // A file on the command line wins over a token in the environment.
        var token = parsed.GetValue(_tokenFile) is null ? Environment.GetEnvironmentVariable(TokenVariable) ?? "" : "";
        var settings = new ConnectionSettings
        {
            Token = token,
            TokenFile = Setting(_tokenFile, TokenFileVariable, "tokenFile"),
            TlsCa = Setting(_tlsCa, "LIGHTLY_TLS_CA", "tlsCa"),
            TlsCertificate = Setting(_tlsCert, "LIGHTLY_TLS_CERT", "tlsCert"),
            TlsKey = Setting(_tlsKey, "LIGHTLY_TLS_KEY", "tlsKey"),
        };
        var servers = Setting(_server, ServerVariable, "server");
        try
        {
            var client = new LightlyClient(servers.Length > 0 ? servers : ServerDefault, settings, context.Clock);
            WarnOfPlainToken(context.Terminal, client, settings);
            return client;
        }
        catch (ConnectionSettingsException exception)
        {
            throw new CommandException(exception.Message, exception);
        }
    }

    private static void WarnOfPlainToken(Terminal terminal, LightlyClient client, ConnectionSettings settings)
    {
        var address = new Uri(client.Server);
        if (address.Scheme == "http" && !address.IsLoopback && settings.ReadToken().Length > 0)
        {
            terminal.Say($"lightly: warning: the token travels unencrypted to {address.Host}; use https://{address.Authority} where the coordinator has a certificate");
        }
    }
}
