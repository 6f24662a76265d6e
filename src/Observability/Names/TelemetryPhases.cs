namespace LightlyCluster.Observability.Names;

/// <summary>Parts of a step: values of the attribute lightlycluster.phase, names of spans below worker.step, keys of phases in metrics.jsonl.</summary>
public static class TelemetryPhases
{
    /// <summary>Waiting for images that are read and decoded ahead on other threads.</summary>
    public const string DataWait = "data_wait";

    /// <summary>Making views.</summary>
    public const string Augment = "augment";

    /// <summary>Forward pass of own shards.</summary>
    public const string Forward = "forward";

    /// <summary>Publishing own embeddings and gathering the others'.</summary>
    public const string ExchangeEmbeddings = "exchange_embeddings";

    /// <summary>The loss of the whole batch and its gradient.</summary>
    public const string Loss = "loss";

    /// <summary>Backward pass of own shards.</summary>
    public const string Backward = "backward";

    /// <summary>What is left, after the backward, of publishing partial sums, adding up own chunks, fetching the others.</summary>
    public const string ExchangeGradients = "exchange_gradients";

    /// <summary>Making sure that the step is in the log.</summary>
    public const string Commit = "commit";

    /// <summary>Comparing the sum of a step that others computed with the log.</summary>
    public const string Digest = "digest";

    /// <summary>Optimizer, momentum encoder, statistics, bank.</summary>
    public const string Apply = "apply";

    /// <summary>Hash of the new state.</summary>
    public const string Hash = "hash";

    /// <summary>All of them with what they are, in the order of a step.</summary>
    public static IReadOnlyList<(string Name, string Description, string Condition)> All { get; } =
    [
        (DataWait, "waiting for images, which other threads read and decode ahead", ""),
        (Augment, "making views", ""),
        (Forward, "forward pass of own shards", ""),
        (ExchangeEmbeddings, "publishing own embeddings and gathering the others'", ""),
        (Loss, "the loss of the whole batch and its gradient", ""),
        (Backward, "backward pass of own shards; what is done of their gradients travels meanwhile", ""),
        (ExchangeGradients, "what is left, after the backward, of publishing partial sums, adding up own chunks, fetching the others", "more than one worker takes part"),
        (Commit, "making sure that the step is in the log", ""),
        (Digest, "comparing the sum of a step that others computed with the log", "a worker catches up"),
        (Apply, "optimizer, momentum encoder, statistics, bank", ""),
        (Hash, "hash of the new state", ""),
    ];
}
