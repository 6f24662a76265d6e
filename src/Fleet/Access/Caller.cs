namespace LightlyCluster.Fleet.Access;

/// <summary>Who calls.</summary>
/// <param name="Tenant">Whose jobs these are.</param>
/// <param name="Role">What the caller may do.</param>
/// <param name="Quota">How much the tenant may ask for.</param>
/// <param name="IsAnybody">Whether nobody was asked who they are: everything is allowed, also what workers do.</param>
public sealed record Caller(string Tenant, Role Role, TenantQuota Quota, bool IsAnybody = false)
{
    /// <summary>Everybody, where the coordinator asks for no token.</summary>
    public static Caller Anybody { get; } = new("local", Role.Admin, TenantQuota.None, IsAnybody: true);

    /// <summary>The tenant whose jobs are visible; empty: those of all tenants.</summary>
    public string Scope => Role == Role.Admin ? "" : Tenant;

    /// <summary>Whether jobs of a tenant are visible.</summary>
    public bool Sees(string tenant) => Role != Role.Worker && (Role == Role.Admin || Tenant == tenant);

    /// <summary>Whether the caller may do what <paramref name="needed"/> may.</summary>
    public bool Has(Role needed) => IsAnybody || (needed == Role.Worker ? Role == Role.Worker : Role != Role.Worker && Role >= needed);
}
