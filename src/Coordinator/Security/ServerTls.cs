using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace LightlyCluster.Coordinator.Security;

/// <summary>The certificate of the coordinator, and the authority of its workers.</summary>
internal sealed class ServerTls
{
    private readonly X509Certificate2Collection _chain = [];
    private readonly X509Certificate2? _certificate;
    private readonly X509Certificate2Collection _workerAuthorities = [];

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">A file cannot be used; the message names the setting.</exception>
    public ServerTls(SecurityOptions options)
    {
        if (options.HasTls)
        {
            _certificate = Read("Security:TlsCertificate (--tls-cert, --tls-key)", options.TlsCertificate, () =>
            {
                _chain.ImportFromPemFile(options.TlsCertificate);
                return X509Certificate2.CreateFromPemFile(options.TlsCertificate, options.TlsKey.Length > 0 ? options.TlsKey : null);
            });
        }

        if (options.WorkerCa.Length > 0)
        {
            Read("Security:WorkerCa (--worker-ca)", options.WorkerCa, () =>
            {
                _workerAuthorities.ImportFromPemFile(options.WorkerCa);
                return _workerAuthorities[0];
            });
        }
    }

    /// <summary>Lets an address speak TLS, in the versions that the system allows, where there is a certificate.</summary>
    public void ApplyTo(ListenOptions listen)
    {
        if (_certificate is null)
        {
            return;
        }

        listen.UseHttps(https =>
        {
            https.ServerCertificate = _certificate;
            https.ServerCertificateChain = _chain;
            if (_workerAuthorities.Count > 0)
            {
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => IsOfWorkersAuthority(certificate);
            }
        });
    }

    private bool IsOfWorkersAuthority(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_workerAuthorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2", "client authentication"));
        return chain.Build(certificate);
    }

    private static X509Certificate2 Read(string setting, string path, Func<X509Certificate2> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"{setting}: '{path}' cannot be used ({error.Message.TrimEnd('.')}); name PEM files of a certificate and its key.", error);
        }
    }
}
