namespace LightlyCluster.Fleet.Jobs;

/// <summary>How workers exchange gradients.</summary>
public sealed record SyncSpecification
{
    /// <summary>Local steps of a round unless given.</summary>
    public const int DefaultLocalSteps = 8;

    /// <summary>Share of the averaged movement that the outer step takes unless given: the paper's.</summary>
    public const double DefaultOuterLearningRate = 0.7;

    /// <summary>Nesterov momentum of the outer step unless given: the paper's.</summary>
    public const double DefaultOuterMomentum = 0.9;

    /// <summary>
    /// How payloads travel: <c>redis</c>, <c>peer</c> or <c>auto</c>, which never change what is trained. Or <c>local-sgd</c>, which does:
    /// replicas train by themselves and meet every few batches, through Redis.
    /// </summary>
    public string Transport { get; init; } = JobVocabulary.TransportRedis;

    /// <summary>What gradients are rounded to and travel as: <c>fp32</c>, <c>bf16</c> or <c>int8</c>.</summary>
    public string Wire { get; init; } = JobVocabulary.WireSingle;

    /// <summary>Batches of a step: 1, or under local SGD the local steps H of a round.</summary>
    public int LocalSteps { get; init; } = 1;

    /// <summary>Under local SGD: share of the averaged movement that the outer step takes.</summary>
    public double OuterLearningRate { get; init; } = DefaultOuterLearningRate;

    /// <summary>Under local SGD: Nesterov momentum of the outer step.</summary>
    public double OuterMomentum { get; init; } = DefaultOuterMomentum;

    /// <summary>Bytes that one gradient takes on its way.</summary>
    public double WireBytes => Wire switch
    {
        JobVocabulary.WireBFloat16 => 2,
        JobVocabulary.WireInt8 => 33.0 / 32,
        _ => sizeof(float),
    };

    /// <summary>Whether a step is a round of local SGD.</summary>
    public bool IsLocal => Transport == JobVocabulary.TransportLocalSgd;
}
