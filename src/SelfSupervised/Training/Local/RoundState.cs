using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training.Local;

/// <summary>The state that a round starts from, apart from the tensors that a replica trains, and where each part is in the vector.</summary>
/// <remarks>
/// The vector of a replica is [movements of trained parameters | other numbers and counts | loss], each tensor at a multiple of 64 bytes.
/// Averages are of values, not of differences: a second moment stays 0 or more whatever the rounding.
/// </remarks>
internal sealed class RoundState : IDisposable
{
    private readonly List<StatePart> _parts = [];

    /// <summary>Copies the state of a method.</summary>
    public RoundState(TrainingMethod method)
    {
        using var noGrad = no_grad();
        var working = method.State.ToDictionary(entry => entry.Name, entry => entry.Tensor, StringComparer.Ordinal);
        var moved = method.TrainedSlices.Where(slice => slice.IsTrained).ToArray();
        MovedLength = moved.Sum(slice => FlatTensors.Align(slice.Count));
        Moved = zeros(MovedLength, ScalarType.Float32, method.Options.Device).DetachFromDisposeScope();
        var offset = 0L;
        foreach (var slice in moved)
        {
            var common = FlatTensors.View(Moved, slice with { Offset = offset }).DetachFromDisposeScope();
            _parts.Add(new(slice.Name, PartKind.Moved, common, working[slice.Name], offset));
            offset += FlatTensors.Align(slice.Count);
        }

        var kept = method.TrainedSlices.Where(slice => !slice.IsTrained).Select(slice => slice.Name)
            .Concat(method.Queues.SelectMany(queue => queue.Names)).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, tensor) in method.State.Where(entry => !moved.Any(slice => slice.Name == entry.Name)))
        {
            var kind = kept.Contains(name) ? PartKind.Kept : tensor.is_floating_point() ? PartKind.Averaged : PartKind.Counted;
            _parts.Add(new(name, kind, tensor.detach().clone().DetachFromDisposeScope(), tensor, offset));
            offset += kind == PartKind.Kept ? 0 : FlatTensors.Align(tensor.numel());
        }

        LossOffset = offset;
        Keep();
    }

    /// <summary>All trained parameters, float32 [MovedLength]; the outer step changes it.</summary>
    public Tensor Moved { get; }

    /// <summary>Length of the vector's first part.</summary>
    public long MovedLength { get; }

    /// <summary>Where the loss is.</summary>
    public long LossOffset { get; }

    /// <summary>Length of the vector; a multiple of 16.</summary>
    public long VectorLength => LossOffset + FlatTensors.Alignment;

    /// <summary>Every tensor of the state.</summary>
    public IReadOnlyList<StatePart> Parts => _parts;

    /// <summary>Gives the method the common state.</summary>
    public void Restore()
    {
        using var noGrad = no_grad();
        _parts.ForEach(part => part.Working.copy_(part.Common));
    }

    /// <summary>Makes the method's state the common one.</summary>
    public void Keep()
    {
        using var noGrad = no_grad();
        _parts.ForEach(part => part.Common.copy_(part.Working));
    }

    /// <summary>What a replica that has trained contributes, but for its loss.</summary>
    /// <param name="vector">Zeros, float32 [VectorLength]; changed in place.</param>
    public void Write(Tensor vector)
    {
        foreach (var part in _parts.Where(part => part.Kind != PartKind.Kept))
        {
            using var scope = NewDisposeScope();
            var minusOne = LastingScalar.Of(-1L);
            part.In(vector).copy_(part.Kind switch
            {
                PartKind.Moved => part.Common.add(part.Working, minusOne),
                PartKind.Averaged => part.Working,
                _ => part.Working.add(part.Common, minusOne),
            });
        }
    }

    /// <summary>Takes the replicas' means of everything but trained parameters and rings.</summary>
    /// <param name="mean">Mean of the vectors; borrowed.</param>
    public void TakeMeans(Tensor mean)
    {
        foreach (var part in _parts.Where(part => part.Kind is PartKind.Averaged or PartKind.Counted))
        {
            using var scope = NewDisposeScope();
            if (part.Kind == PartKind.Averaged)
            {
                part.Common.copy_(part.In(mean));
            }
            else
            {
                part.Common.add_(part.In(mean).round().to(part.Common.dtype), LastingScalar.Of(1L));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parts.ForEach(part => part.Common.Dispose());
        Moved.Dispose();
    }
}
