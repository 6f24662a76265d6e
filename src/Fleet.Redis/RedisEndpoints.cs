namespace LightlyCluster.Fleet.Redis;

/// <summary>Where the two roles of the store are.</summary>
/// <param name="Meta">host:port of META (small, durable), with options of StackExchange.Redis after commas where wanted.</param>
/// <param name="Data">host:port of DATA (big, volatile); may be the same server.</param>
/// <param name="KeyPrefix">First part of every key.</param>
/// <param name="Access">How the store lets this process in; null: as the options after the addresses say.</param>
public sealed record RedisEndpoints(string Meta, string Data, string KeyPrefix = "lightly", StoreAccess? Access = null)
{
    /// <summary>The same addresses without passwords.</summary>
    public RedisEndpoints WithoutSecrets() => this with { Meta = WithoutSecret(Meta), Data = WithoutSecret(Data), Access = null };

    /// <summary>The same without a password, which a record would print otherwise.</summary>
    public override string ToString() => $"{WithoutSecret(Meta)} {WithoutSecret(Data)} {KeyPrefix}";

    private static string WithoutSecret(string endpoint) =>
        string.Join(',', endpoint.Split(',').Where(part => !part.StartsWith("password=", StringComparison.OrdinalIgnoreCase)));
}
