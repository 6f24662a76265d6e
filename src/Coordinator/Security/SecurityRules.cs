using System.Net;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Says whether settings are safe to start with.</summary>
internal static class SecurityRules
{
    /// <summary>Checks settings that were written down.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="address">Where the coordinator listens.</param>
    /// <returns>What is wrong; empty where the coordinator may start.</returns>
    public static IEnumerable<string> Check(SecurityOptions options, IPAddress address)
    {
        if (options.Insecure && options.AsksWho)
        {
            yield return "Security:Insecure (--insecure) says that nobody is asked, and Security:TokenFile or Security:WorkerCa say the opposite; keep one.";
        }

        if (options.WorkerCa.Length > 0 && options.TokenFile.Length == 0)
        {
            yield return "Security:WorkerCa lets workers in only; name a token file for everybody else with --token-file FILE (see `lightly token create`).";
        }

        if (options.WorkerCa.Length > 0 && !options.HasTls)
        {
            yield return "Security:WorkerCa needs TLS; give a certificate with --tls-cert FILE --tls-key FILE.";
        }

        if (!IPAddress.IsLoopback(address) && !options.Insecure)
        {
            if (!options.AsksWho)
            {
                yield return $"The coordinator would listen on {address} for anybody who can reach it. Give it tokens with --token-file FILE "
                    + "(see `lightly token create`), listen on 127.0.0.1, or say --insecure where the network itself keeps strangers out.";
            }
            else if (!options.HasTls && !options.Plaintext)
            {
                yield return $"Tokens would travel unencrypted to {address}. Give a certificate with --tls-cert FILE --tls-key FILE, "
                    + "or say --plaintext where TLS ends in front of the coordinator.";
            }
        }

        if (options.StreamPatience < TimeSpan.FromSeconds(1))
        {
            yield return $"Security:StreamPatience is {options.StreamPatience}; allowed is 00:00:01 and more.";
        }

        if (options.StreamsMaximum < 1 || options.TenantStreamsMaximum < 1)
        {
            yield return $"Security:StreamsMaximum is {options.StreamsMaximum} and Security:TenantStreamsMaximum is {options.TenantStreamsMaximum}; allowed is 1 and more.";
        }
    }
}
