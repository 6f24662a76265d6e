using LightlyCluster.Fleet.Access;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Names of the policies that pages of the coordinator ask for: <c>RequireAuthorization(AccessPolicies.Viewer)</c>.</summary>
internal static class AccessPolicies
{
    /// <summary>Whoever may look at jobs. Pages show only those that <see cref="CallerExtensions.RequireCaller(HttpContext)"/> sees.</summary>
    public const string Viewer = nameof(Role.Viewer);

    /// <summary>Whoever may change jobs.</summary>
    public const string Submitter = nameof(Role.Submitter);

    /// <summary>Whoever sees all tenants; metrics of the whole fleet ask for it.</summary>
    public const string Admin = nameof(Role.Admin);
}
