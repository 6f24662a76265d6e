namespace LightlyCluster.Fleet.Stores;

/// <summary>Facts on which the members of a generation agree to exchange by NCCL, in META. They go with the generation.</summary>
public interface INcclStore
{
    /// <summary>Agrees on a fact: whoever says it first is right.</summary>
    /// <param name="generation">The generation that the caller knows.</param>
    /// <param name="fact">Its name.</param>
    /// <param name="proposed">What it is where nobody has said it.</param>
    /// <param name="life">How long the facts stay after this one.</param>
    /// <returns>What it is; null when the generation is of the past, or the job has ended.</returns>
    Task<string?> AgreeAsync(long generation, string fact, string proposed, TimeSpan life);

    /// <summary>All facts of a generation; null when it is of the past, or the job has ended.</summary>
    Task<IReadOnlyDictionary<string, string>?> ReadAsync(long generation);
}
