namespace LightlyCluster.SelfSupervised.Datasets.Storage;

/// <summary>An object in storage.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Tag">Its entity tag without quotes: the MD5 of the content where it was stored in one part.</param>
internal sealed record StoredObject(string Key, long Bytes, string Tag)
{
    private const int HashLetters = 32;

    /// <summary>MD5 of the content in lower-case hexadecimal digits; null where the tag is none.</summary>
    public string? Hash => Tag.Length == HashLetters && Tag.All(char.IsAsciiHexDigit) ? Tag.ToLowerInvariant() : null;
}
