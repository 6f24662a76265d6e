using LightlyCluster.SelfSupervised.Embeddings;

namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>Says which wishes contradict the data.</summary>
internal static class SamplerRules
{
    public static void Require(IEmbeddingRows embeddings, SamplerOptions options)
    {
        RequireNumbers(embeddings.Count, options);
        RequirePreselected(embeddings.Count, options);
        if (options.Method != SamplingMethod.Weighted)
        {
            return;
        }

        if (options.Scores.Count != embeddings.Count)
        {
            throw new SamplingException(
                $"There are {options.Scores.Count} scores for {embeddings.Count} embeddings; give one score for each sample.");
        }

        var wrong = options.Scores.ToList().FindIndex(score => !float.IsFinite(score) || score < 0);
        if (wrong >= 0)
        {
            throw new SamplingException($"The score of sample {wrong} is {options.Scores[wrong]}; scores are finite numbers of at least 0.");
        }
    }

    private static void RequireNumbers(int available, SamplerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        if (options.Count is null && options.MinimumDistance <= 0)
        {
            throw new SamplingException("Neither a count nor a minimum distance is given; give one of them, or both.");
        }

        if (options.Count is { } count && (count < 1 || count > available))
        {
            throw new SamplingException($"The count is {count}; it can be 1 to {available}, the number of embeddings.");
        }

        if (!double.IsFinite(options.MinimumDistance) || options.MinimumDistance < 0 || (options.IsNormalized && options.MinimumDistance > 2))
        {
            throw new SamplingException(
                $"The minimum distance is {options.MinimumDistance:R}; it can be 0{(options.IsNormalized ? " to 2, since embeddings are scaled to length 1" : " or more")}.");
        }
    }

    private static void RequirePreselected(int available, SamplerOptions options)
    {
        var wrong = options.Preselected.FirstOrDefault(index => index < 0 || index >= available, -1);
        if (wrong != -1)
        {
            throw new SamplingException($"Preselected sample {wrong} is not one of the {available} embeddings.");
        }

        if (options.Preselected.Distinct().Count() != options.Preselected.Count)
        {
            throw new SamplingException("A sample is preselected twice; name each once.");
        }

        if (options.Count is { } count && options.Preselected.Count > count)
        {
            throw new SamplingException(
                $"{options.Preselected.Count} samples are preselected and count as chosen, but the count is {count}; raise it.");
        }
    }
}
