using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace LightlyCluster.Protocol.Connections;

/// <summary>A connection to one coordinator: with the token in every call, and with the authority that the settings name.</summary>
public sealed class CoordinatorChannel : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    private readonly GrpcChannel _channel;

    private CoordinatorChannel(Uri address, GrpcChannel channel, CallInvoker invoker) => (Address, _channel, Invoker) = (address, channel, invoker);

    /// <summary>Where the coordinator is.</summary>
    public Uri Address { get; }

    /// <summary>Makes calls.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Reads an address: http://HOST:PORT, https://HOST:PORT, or HOST:PORT.</summary>
    /// <exception cref="ConnectionSettingsException">It is none.</exception>
    public static Uri AddressOf(string text, ConnectionSettings settings)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"{(settings.PrefersTls ? "https" : "http")}://{text}";
        return Uri.TryCreate(full, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Port > 0
            ? address
            : throw new ConnectionSettingsException($"'{text}' is no address of a coordinator; write HOST:PORT or https://HOST:PORT");
    }

    /// <summary>Opens a channel; nothing is sent yet.</summary>
    /// <exception cref="ConnectionSettingsException">A file of the settings cannot be used.</exception>
    public static CoordinatorChannel Open(Uri address, ConnectionSettings settings, TimeSpan pingDelay)
    {
        var handler = new SocketsHttpHandler
        {
            KeepAlivePingDelay = pingDelay,
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            ConnectTimeout = ConnectTimeout,
            EnableMultipleHttp2Connections = true,
        };
        try
        {
            if (address.Scheme == "https")
            {
                handler.SslOptions = SslOptionsOf(address, settings);
            }

            var token = settings.ReadToken();
            var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
            var invoker = token.Length == 0 ? channel.CreateCallInvoker() : channel.Intercept(metadata =>
            {
                metadata.Add("authorization", $"Bearer {token}");
                return metadata;
            });
            return new(address, channel, invoker);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            handler.Dispose();
            throw new ConnectionSettingsException(
                $"A certificate cannot be used ({error.Message.TrimEnd('.')}); the authority, the certificate and its key are PEM files", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static SslClientAuthenticationOptions SslOptionsOf(Uri address, ConnectionSettings settings)
    {
        var options = new SslClientAuthenticationOptions();
        if (settings.TlsCertificate.Length > 0)
        {
            var certificate = X509Certificate2.CreateFromPemFile(settings.TlsCertificate, settings.TlsKey.Length > 0 ? settings.TlsKey : null);
            options.ClientCertificates = [certificate];
        }

        if (settings.TlsCa.Length > 0)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(settings.TlsCa);
            if (authorities.Count == 0)
            {
                throw new ConnectionSettingsException($"'{settings.TlsCa}' holds no certificate; name the PEM file of the authority");
            }

            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(address.Host, authorities, certificate, chain, errors);
        }

        return options;
    }

    /// <remarks>
    /// On loopback the name is not compared: a certificate for the name by which others call the machine serves its own processes too,
    /// and it still must come from the authority that was named.
    /// </remarks>
    private static bool IsTrusted(string host, X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf || (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && !IsLoopback(host)))
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(element => element.Certificate).ToArray());
        }

        return chain.Build(leaf);
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
