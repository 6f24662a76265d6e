namespace LightlyCluster.Fleet.Steps;

/// <summary>Says where bytes are and how to tell that they are the right ones.</summary>
/// <param name="Digest">XXH3 (64 bits) of the bytes, 16 hexadecimal digits.</param>
/// <param name="Key">Key of the payload; empty when its maker kept it to itself.</param>
public sealed record PayloadPointer(string Digest, string Key);
