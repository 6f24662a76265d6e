using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace LightlyCluster.Fleet.Steps;

/// <summary>An entry of the log: the commit of one step.</summary>
/// <param name="Step">The step; it turned state Step into state Step + 1.</param>
/// <param name="Generation">The generation that committed it.</param>
/// <param name="LearningRate">The learning rate that its Apply uses, as written (round-trip form).</param>
/// <param name="Digest">Digest of the digests of the reduced chunks, in order.</param>
/// <param name="SamplesDigest">Digest of the digests of the samples used, by shard.</param>
public sealed record StepEntry(long Step, long Generation, double LearningRate, string Digest, string SamplesDigest)
{
    /// <summary>The digest of the digests of shards, in order: what the commit writes.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Redis scripts have SHA-1 only; it tells equal bytes from unequal ones, nothing more.")]
    public static string DigestOf(IEnumerable<string> digests) =>
        Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(string.Concat(digests))))[..16];

    /// <summary>Reads "step|generation|learningRate|digest|samples".</summary>
    public static StepEntry Parse(string text)
    {
        var parts = text.Split('|');
        return new(long.Parse(parts[0]), long.Parse(parts[1]), double.Parse(parts[2]), parts[3], parts[4]);
    }
}
