using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LightlyCluster.Fleet.Access;

/// <summary>Makes tokens and their hashes.</summary>
/// <remarks>A token is 32 random bytes, so that its plain SHA-256 cannot be turned back; a slow hash is for passwords that people choose.</remarks>
public static class TokenSecret
{
    /// <summary>How every token begins, so that scanners find one that lies where it should not.</summary>
    public const string Prefix = "lct_";

    /// <summary>Longest text that is looked at as a token.</summary>
    public const int LengthMaximum = 128;

    private const int SecretBytes = 32;

    /// <summary>Makes a new token.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>SHA-256 of a token: what a token file holds.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
