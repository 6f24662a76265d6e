namespace LightlyCluster.Fleet.Redis;

/// <summary>Where the two roles of the store are.</summary>
/// <param name="Meta">host:port of META (small, durable), with options of StackExchange.Redis after commas where wanted.</param>
/// <param name="Data">host:port of DATA (big, volatile); may be the same server.</param>
/// <param name="KeyPrefix">First part of every key.</param>
public sealed record RedisEndpoints(string Meta, string Data, string KeyPrefix = "lightly");
