using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>What the networks give for the views of some rows of the global batch: one shard's, or all.</summary>
public sealed class ViewOutputs
{
    private readonly Dictionary<(bool IsTarget, int View, int Slot), Tensor> _tensors = [];

    internal ViewOutputs(int firstRow, int rowCount) => (FirstRow, RowCount) = (firstRow, rowCount);

    /// <summary>Position of the first row in the global batch.</summary>
    public int FirstRow { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>An output of the trained networks for a view, [rows, D]; differentiable where a loss is wanted; borrowed.</summary>
    /// <exception cref="InvalidOperationException">The output is not there: it does not travel.</exception>
    public Tensor Trained(int view, int slot = 0) => Get(isTarget: false, view, slot);

    /// <summary>An output of the momentum networks for a view, [rows, D], without gradient; borrowed.</summary>
    /// <exception cref="InvalidOperationException">The output is not there: it does not travel.</exception>
    public Tensor Target(int view, int slot = 0) => Get(isTarget: true, view, slot);

    /// <summary>The rows of this part in a matrix of the whole batch.</summary>
    /// <param name="batch">[B, D]; borrowed.</param>
    public Tensor RowsOf(Tensor batch) => batch.shape[0] == RowCount ? batch : batch.narrow(0, FirstRow, RowCount).clone();

    /// <summary>Whether all numbers are finite.</summary>
    internal bool IsFinite()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return _tensors.Values.All(tensor => tensor.isfinite().all().cpu().item<bool>());
    }

    internal void SetAll(bool isTarget, int view, IReadOnlyList<Tensor> slots)
    {
        for (var slot = 0; slot < slots.Count; slot++)
        {
            Set(isTarget, view, slot, slots[slot]);
        }
    }

    internal void Set(bool isTarget, int view, int slot, Tensor tensor) => _tensors[(isTarget, view, slot)] = tensor;

    internal Tensor? Find(int view, int slot) => _tensors.GetValueOrDefault((false, view, slot));

    private Tensor Get(bool isTarget, int view, int slot) => _tensors.TryGetValue((isTarget, view, slot), out var tensor)
        ? tensor
        : throw new InvalidOperationException(
            $"The {(isTarget ? "target" : "output")} {slot} of view {view} is not among these rows; let it travel (Travels, TargetTravels).");
}
