using System.Security.Claims;
using System.Text.Encodings.Web;
using LightlyCluster.Fleet.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Finds out who calls: by the bearer token, by the cookie of the dashboard, or by the client certificate of a worker.</summary>
/// <remarks>The <see cref="Caller"/> is a feature of the request; gRPC calls and pages read it there.</remarks>
internal sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> schemes,
    ILoggerFactory logging,
    UrlEncoder encoder,
    SecurityOptions options,
    TokenSource tokens,
    LocalNames names) : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, logging, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string Name = "Lightly";

    /// <summary>Cookie in which a browser may keep a token.</summary>
    public const string Cookie = "lightly-token";

    private const string Bearer = "Bearer ";

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!options.AsksWho)
        {
            // A page of a stranger that a browser on this machine shows could otherwise call as localhost (DNS rebinding).
            return Task.FromResult(options.Insecure || names.Has(Request.Host.Host) ? Accept(Caller.Anybody) : Refuse(AccessRefusal.ForeignHost));
        }

        if (TokenOf(Request) is { Length: > 0 } token)
        {
            var verdict = tokens.Find(token);
            return Task.FromResult(verdict.Caller is { } caller
                ? Accept(caller)
                : Refuse(verdict.HasExpired ? AccessRefusal.TokenExpired : AccessRefusal.TokenUnknown));
        }

        // The connection let only certificates of the workers' authority pass.
        return Task.FromResult(options.WorkerCa.Length > 0 && Context.Connection.ClientCertificate is { } certificate
            ? Accept(new(certificate.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.SimpleName, forIssuer: false), Role.Worker, TenantQuota.None))
            : Refuse(AccessRefusal.TokenMissing));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => SignIn.ChallengeAsync(Context);

    private static string? TokenOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : request.Cookies[Cookie];
    }

    private AuthenticateResult Accept(Caller caller)
    {
        Context.Features.Set(caller);
        Claim[] claims = [new(ClaimTypes.Name, caller.Tenant), new(ClaimTypes.Role, caller.Role.ToString())];
        return AuthenticateResult.Success(new(new ClaimsPrincipal(new ClaimsIdentity(claims, Name)), Name));
    }

    private AuthenticateResult Refuse(AccessRefusal refusal)
    {
        Context.Items[typeof(AccessRefusal)] = refusal;
        return AuthenticateResult.Fail(refusal.ToString());
    }
}
