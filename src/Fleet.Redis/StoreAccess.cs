using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>How the store lets this process in: on the command line, or as environment variables <c>Store__PasswordFile</c> and so on.</summary>
/// <remarks>The same for META and DATA; where they differ, the options after the address of each decide (host:port,user=...,password=...).</remarks>
public sealed class StoreAccess
{
    /// <summary>Name of the section.</summary>
    public const string SectionName = "Store";

    private const int PasswordBytesMaximum = 4096;

    /// <summary>Name of an ACL user. Default: the default user.</summary>
    public string User { get; set; } = "";

    /// <summary>The password; give it by the environment (<c>Store__Password</c>) or, better, by <see cref="PasswordFile"/>.</summary>
    public string Password { get; set; } = "";

    /// <summary>File that holds the password, for example of a Kubernetes secret.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>Whether the store is reached through TLS only. Default false.</summary>
    public bool Tls { get; set; }

    /// <summary>PEM file of the authority that signed the store's certificate. Default: those of the system.</summary>
    public string Ca { get; set; } = "";

    /// <summary>Whether anything is set.</summary>
    public bool IsSet => User.Length > 0 || Password.Length > 0 || PasswordFile.Length > 0 || Tls;

    /// <summary>The password, read anew each time, so that a changed file is noticed with the next connection.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be read.</exception>
    public string ReadPassword()
    {
        if (PasswordFile.Length == 0)
        {
            return Password;
        }

        try
        {
            var file = new FileInfo(PasswordFile);
            return file.Length <= PasswordBytesMaximum
                ? File.ReadAllText(PasswordFile).Trim()
                : throw new StoreUnavailableException($"Store:PasswordFile '{PasswordFile}' has more than {PasswordBytesMaximum} bytes; it holds the password only.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"Store:PasswordFile '{PasswordFile}' cannot be read ({error.Message.TrimEnd('.')}); name a readable file.", error);
        }
    }

    /// <summary>Adds user, password and TLS to a connection that does not name its own.</summary>
    /// <exception cref="StoreUnavailableException">A file cannot be read.</exception>
    internal void ApplyTo(ConfigurationOptions options)
    {
        if (string.IsNullOrEmpty(options.Password) && ReadPassword() is { Length: > 0 } password)
        {
            options.User = User.Length > 0 ? User : null;
            options.Password = password;
        }

        options.Ssl |= Tls;
        if (options.Ssl && Ca.Length > 0)
        {
            Trust(options);
        }
    }

    private void Trust(ConfigurationOptions options)
    {
        try
        {
            using var authority = X509CertificateLoader.LoadCertificateFromFile(Ca);
            options.TrustIssuer(Ca);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StoreUnavailableException($"Store:Ca '{Ca}' cannot be used ({error.Message.TrimEnd('.')}); name a PEM file of the authority.", error);
        }
    }
}
