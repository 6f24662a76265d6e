using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>Facts of NCCL in memory; the fenced method is the script of the same name, line by line.</summary>
internal sealed class MemoryNcclStore(MemoryKeys keys, string job) : INcclStore
{
    private const string GenerationField = "=";

    private readonly MemoryJobKeys _names = new(job);

    /// <summary>agree_nccl.lua.</summary>
    public Task<string?> AgreeAsync(long generation, string fact, string proposed, TimeSpan life)
    {
        if (!IsCurrent(generation))
        {
            return Task.FromResult<string?>(null);
        }

        if (keys.Hash(_names.Nccl).GetValueOrDefault(GenerationField) != $"{generation}")
        {
            keys.Delete(_names.Nccl);
            keys.OpenHash(_names.Nccl)[GenerationField] = $"{generation}";
        }

        var facts = keys.OpenHash(_names.Nccl);
        facts.TryAdd(fact, proposed);
        keys.Expire(_names.Nccl, life);
        return Task.FromResult<string?>(facts[fact]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>?> ReadAsync(long generation)
    {
        if (!IsCurrent(generation))
        {
            return Task.FromResult<IReadOnlyDictionary<string, string>?>(null);
        }

        var facts = new Dictionary<string, string>(keys.Hash(_names.Nccl), StringComparer.Ordinal);
        var isOfGeneration = facts.Remove(GenerationField, out var current) && current == $"{generation}";
        return Task.FromResult<IReadOnlyDictionary<string, string>?>(isOfGeneration ? facts : []);
    }

    private bool IsCurrent(long generation)
    {
        var record = keys.Hash(_names.Job);
        return record.GetValueOrDefault("state", "Failed") is not ("Succeeded" or "Failed" or "Cancelled")
            && record.GetValueOrDefault("generation") == $"{generation}";
    }
}
