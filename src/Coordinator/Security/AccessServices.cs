using System.Net;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Hosting.CommandLine;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Registers what decides who may call.</summary>
internal static class AccessServices
{
    /// <summary>Command line flags of <see cref="SecurityOptions"/>.</summary>
    public static IReadOnlyList<ProgramFlag> Flags { get; } =
    [
        new("--token-file", "Security:TokenFile", "File of tokens, one a line; read again when it changes. Default: none, on loopback only"),
        new("--insecure", "Security:Insecure", "Listen beyond loopback without asking who calls", IsSwitch: true),
        new("--plaintext", "Security:Plaintext", "Listen beyond loopback without TLS, because TLS ends in front of the coordinator", IsSwitch: true),
        new("--tls-cert", "Security:TlsCertificate", "PEM file of the server's certificate, with intermediate ones behind it. Default: no TLS"),
        new("--tls-key", "Security:TlsKey", "PEM file of its private key. Default: it is in the file of the certificate"),
        new("--worker-ca", "Security:WorkerCa", "PEM file of the authority whose client certificates make a worker, instead of a token"),
        new("--audit-log", "Security:AuditLog", "File that gets a JSON line for each call that changes something, streams or is refused. Default: the log"),
        new("--data-root", "Security:DataRoots", "Folders and s3://bucket/prefix that jobs may read, with commas between them. Default: with tokens the results only"),
    ];

    /// <summary>Adds authentication, the policies of <see cref="AccessPolicies"/>, the audit log and the limits.</summary>
    /// <exception cref="OptionsValidationException">The settings are wrong or not safe.</exception>
    public static IServiceCollection AddAccess(this IServiceCollection services, SecurityOptions options, string listenHost, IPAddress address)
    {
        string[] problems = [.. SecurityRules.Check(options, address)];
        if (problems.Length > 0)
        {
            throw new OptionsValidationException(SecurityOptions.SectionName, typeof(SecurityOptions), problems);
        }

        services.AddSingleton(options).AddSingleton(new LocalNames(listenHost)).AddSingleton<TokenSource>().AddSingleton<StreamLimits>();
        services.AddSingleton<JobPathRules>().AddSingleton<AuditLog>().AddHostedService(provider => provider.GetRequiredService<AuditLog>());
        services.AddAuthentication(CallerAuthentication.Name)
            .AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.Name, _ => { });
        services.AddAuthorization(authorization =>
        {
            foreach (var role in new[] { Role.Viewer, Role.Submitter, Role.Admin })
            {
                authorization.AddPolicy(role.ToString(), policy => policy.RequireAssertion(
                    context => context.Resource is HttpContext http && http.Features.Get<Caller>() is { } caller && caller.Has(role)));
            }
        });
        return services;
    }

    /// <summary>Asks every request who it is, and reads the token file for the first time.</summary>
    /// <exception cref="OptionsValidationException">The token file cannot be used.</exception>
    public static WebApplication UseAccess(this WebApplication application)
    {
        var options = application.Services.GetRequiredService<SecurityOptions>();
        try
        {
            application.Services.GetRequiredService<TokenSource>();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new OptionsValidationException(SecurityOptions.SectionName, typeof(SecurityOptions),
                [$"Security:TokenFile (--token-file) '{options.TokenFile}' cannot be used: {error.Message}"]);
        }

        application.UseAuthentication();
        application.UseAuthorization();
        if (options.AsksWho)
        {
            application.MapSignIn();
        }

        return application;
    }
}
