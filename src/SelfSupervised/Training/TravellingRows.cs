using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>The outputs that every shard publishes and everybody receives, and the gradients that the loss of the batch gives them.</summary>
internal sealed class TravellingRows(TrainingOptions options)
{
    private readonly List<TravellingPart> _parts = [];
    private readonly Dictionary<TravellingPart, Tensor> _gradients = [];

    /// <summary>Float32 places that a shard publishes.</summary>
    public int ShardLength => AllColumns * options.ShardImages * TensorValues.FloatsOf(options.ElementType);

    private int AllColumns => _parts.Sum(part => part.Length);

    /// <summary>Adds the outputs of a view that travel.</summary>
    public void Add(bool isTarget, int view, IReadOnlyList<int> lengths, Func<int, bool> travels) => _parts.AddRange(
        lengths.Select((length, slot) => new TravellingPart(isTarget, view, slot, length)).Where(part => travels(part.Slot)));

    /// <summary>Whether anything of a view travels.</summary>
    public bool Has(bool isTarget, int view) => _parts.Any(part => part.IsTarget == isTarget && part.View == view);

    /// <summary>Copies a view's outputs to their places in what a shard publishes.</summary>
    public void Write(float[] published, bool isTarget, int view, IReadOnlyList<Tensor> outputs)
    {
        var unit = options.ShardImages * TensorValues.FloatsOf(options.ElementType);
        var column = 0;
        foreach (var part in _parts)
        {
            if (part.IsTarget == isTarget && part.View == view)
            {
                using var rows = outputs[part.Slot].detach();
                TensorValues.CopyTo(rows, published.AsSpan(column * unit, part.Length * unit));
            }

            column += part.Length;
        }
    }

    /// <summary>The outputs of the whole batch, in the caller's scope; those of trained networks with gradient where asked.</summary>
    public ViewOutputs Read(IReadOnlyList<float[]> published, bool hasGradients)
    {
        if (published.Count != options.ShardCount)
        {
            throw new ArgumentException($"{published.Count} shards are there, expected {options.ShardCount}.", nameof(published));
        }

        var batch = new ViewOutputs(0, options.BatchSize);
        var column = 0;
        foreach (var part in _parts)
        {
            var rows = TensorValues.Gather(
                published, column, AllColumns, options.BatchSize, part.Length, options.ElementType, options.Device);
            batch.Set(part.IsTarget, part.View, part.Slot, hasGradients && !part.IsTarget ? rows.requires_grad_() : rows);
            column += part.Length;
        }

        return batch;
    }

    /// <summary>Takes the gradients of the loss of the batch.</summary>
    public void KeepGradients(ViewOutputs batch)
    {
        foreach (var part in _parts.Where(part => !part.IsTarget))
        {
            if (batch.Trained(part.View, part.Slot).grad is { } gradient)
            {
                _gradients[part] = gradient.DetachFromDisposeScope();
            }
        }
    }

    /// <summary>A shard's rows of a gradient, in the caller's scope; null where the output has none.</summary>
    public Tensor? GradientRows(int view, int slot, int shard) =>
        _gradients.FirstOrDefault(entry => entry.Key.View == view && entry.Key.Slot == slot).Value is { } gradient
            ? gradient.narrow(0, (long)shard * options.ShardImages, options.ShardImages).clone()
            : null;

    /// <summary>Forgets the gradients of the last step.</summary>
    public void Forget()
    {
        foreach (var gradient in _gradients.Values)
        {
            gradient.Dispose();
        }

        _gradients.Clear();
    }
}
