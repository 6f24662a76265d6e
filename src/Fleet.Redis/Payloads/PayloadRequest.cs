namespace LightlyCluster.Fleet.Redis.Payloads;

/// <summary>A request as it is sent.</summary>
/// <param name="Head">The request up to the bytes of the value.</param>
/// <param name="Value">The bytes of the value; empty when the request has none. They must not change before the reply.</param>
/// <param name="Tail">What follows the value.</param>
internal readonly record struct PayloadRequest(ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Value, ReadOnlyMemory<byte> Tail);
