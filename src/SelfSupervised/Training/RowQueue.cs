using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Randomness;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A ring of earlier rows that is part of the state: a memory bank or a queue.</summary>
internal sealed class RowQueue : IDisposable
{
    private readonly string _name;
    private readonly Tensor _pointer;

    /// <summary>Draws the first rows from (seed, name) and normalizes them.</summary>
    /// <param name="options">What the step is a function of.</param>
    /// <param name="name">First part of the names in the state.</param>
    /// <param name="size">Rows K of the ring.</param>
    /// <param name="length">Columns D.</param>
    /// <param name="rowsPerStep">Most rows that a step writes.</param>
    public RowQueue(TrainingOptions options, string name, int size, int length, int rowsPerStep)
    {
        using var scope = NewDisposeScope();
        _name = name;
        RowsPerStep = rowsPerStep;
        var rows = new float[size * length];
        new RandomStream(options.Seed, $"{name}.bank").FillNormal(rows, 0, 1);
        var rows_KD = nn.functional.normalize(tensor(rows, size, length), p: 2, dim: 1);
        Rows = rows_KD.to(options.ElementType).to(options.Device).DetachFromDisposeScope();
        _pointer = zeros(1, int64).DetachFromDisposeScope();
    }

    /// <summary>The rows, [K, D]; owned.</summary>
    public Tensor Rows { get; }

    /// <summary>Most rows that a step writes.</summary>
    public int RowsPerStep { get; }

    /// <summary>Rows written so far by this process; no part of the state.</summary>
    public long Written { get; private set; }

    /// <summary>The names of its tensors in the state.</summary>
    public IReadOnlyList<string> Names => [$"{_name}.bank", $"{_name}.bank_ptr"];

    /// <summary>Puts rows and pointer into the state.</summary>
    public void AddTo(Action<string, Tensor> add)
    {
        add(Names[0], Rows);
        add(Names[1], _pointer);
    }

    /// <summary>Writes rows over the oldest ones.</summary>
    public void Append(Tensor rows)
    {
        _pointer.fill_(LastingScalar.Of(MemoryBank.Write(Rows, rows, _pointer.item<long>())));
        Written += rows.shape[0];
    }

    /// <summary>Writes rows over the oldest ones for a while, which is cheaper than a copy of the ring.</summary>
    /// <param name="rows">The rows.</param>
    /// <returns>Puts the oldest ones back when it is disposed; until then nothing else may be done with the ring but reading it.</returns>
    public IDisposable Lend(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var (size, pointer) = (Rows.shape[0], _pointer.item<long>());
        var places = Enumerable.Range(0, (int)Math.Min(size, rows.shape[0])).Select(row => (pointer + row) % size).ToArray();
        var oldest = new OldestRows(Rows, tensor(places, device: Rows.device));
        MemoryBank.Write(Rows, rows, pointer);
        return oldest;
    }

    /// <summary>The rows that were written last, oldest first, [count, D]; owned by the caller.</summary>
    /// <param name="count">1 to K.</param>
    public Tensor Newest(int count)
    {
        using var scope = NewDisposeScope();
        var size = Rows.shape[0];
        var first = _pointer.item<long>() - count + size;
        var places = Enumerable.Range(0, count).Select(row => (first + row) % size).ToArray();
        return Rows.index_select(0, tensor(places, device: Rows.device)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Rows.Dispose();
        _pointer.Dispose();
    }

    private sealed class OldestRows(Tensor rows, Tensor places) : IDisposable
    {
        private readonly Tensor _places = places.DetachFromDisposeScope();
        private readonly Tensor _kept = rows.index_select(0, places).DetachFromDisposeScope();

        public void Dispose()
        {
            using (no_grad())
            {
                rows.index_copy_(0, _places, _kept);
            }

            _places.Dispose();
            _kept.Dispose();
        }
    }
}
