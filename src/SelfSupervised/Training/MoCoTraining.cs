using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Randomness;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>MoCo on the fleet: a momentum encoder, shuffled keys and one memory bank that is the fold of the committed steps.</summary>
/// <remarks>
/// He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", 2020, https://arxiv.org/abs/1911.05722.
/// Keys are encoded by the shard that a seeded permutation of positions gives them to, so that no image travels. The bank is read
/// before the step's keys are appended; with the symmetric loss both directions read the bank of the same state, then view 1 and
/// view 0 are appended by position, and there is one momentum update a step.
/// </remarks>
public sealed class MoCoTraining : TrainingMethod
{
    private readonly MoCoOptions _moco;
    private readonly ProjectionHead _projectionHead;
    private readonly Backbone _momentumBackbone;
    private readonly ProjectionHead _momentumProjectionHead;
    private readonly FlatTensors _momentumParameters;
    private readonly Tensor _bank_KD;
    private readonly Tensor _bankPointer;
    private readonly int[] _keyPasses;
    private readonly int[] _queryPasses;
    private readonly Tensor?[] _keys_BD;

    /// <summary>Draws state 0.</summary>
    /// <param name="options">What the step is a function of.</param>
    /// <param name="backbones">Makes a backbone; called twice.</param>
    /// <param name="moco">The method's own parameters.</param>
    public MoCoTraining(TrainingOptions options, Func<Backbone> backbones, MoCoOptions moco)
        : base(options)
    {
        _moco = moco;
        Backbone = backbones();
        _projectionHead = MakeHead(Backbone);
        _momentumBackbone = backbones();
        _momentumProjectionHead = MakeHead(_momentumBackbone);
        ParameterInitializer.Initialize(Backbone, options.Seed, "backbone");
        ParameterInitializer.Initialize(_projectionHead, options.Seed, "projection_head");
        _keyPasses = [.. KeyViews.Select(_ => Statistics.AddPass(_momentumBackbone, _momentumProjectionHead))];
        _queryPasses = [.. KeyViews.Select(_ => Statistics.AddPass(Backbone, _projectionHead))];
        Seal(("backbone", Backbone), ("projection_head", _projectionHead));
        _momentumParameters = AddUntrained(("momentum_backbone", _momentumBackbone), ("momentum_projection_head", _momentumProjectionHead));
        using (no_grad())
        {
            _momentumParameters.Data.copy_(Trained.Data);
        }

        _keys_BD = new Tensor?[KeyViews.Length];
        _bank_KD = DrawBank(options, moco);
        _bankPointer = zeros(1, int64).DetachFromDisposeScope();
        AddBuffer("memory_bank.bank", _bank_KD);
        AddBuffer("memory_bank.bank_ptr", _bankPointer);
    }

    /// <inheritdoc/>
    public override Backbone Backbone { get; }

    /// <inheritdoc/>
    public override int PublishedLength => KeyViews.Length * Options.ShardImages * _moco.OutputLength;

    /// <summary>Views that are encoded as keys, in the order in which they enter the bank; direction i compares queries of the other view.</summary>
    private int[] KeyViews => _moco.IsSymmetric ? [1, 0] : [1];

    /// <inheritdoc/>
    public override IReadOnlyList<ViewRequest> ViewsOf(long step, int shard)
    {
        var first = shard * Options.ShardImages;
        var own = Enumerable.Range(first, Options.ShardImages).ToArray();
        var keys = KeyViews.Select(view => new ViewRequest(view, Shuffled(step, view).AsSpan(first, Options.ShardImages).ToArray()));
        return [.. keys, .. KeyViews.Select(view => new ViewRequest(1 - view, own))];
    }

    /// <inheritdoc/>
    public override float[] Publish(long step, int shard, IReadOnlyList<Tensor> views)
    {
        var published = new float[PublishedLength];
        var directionLength = PublishedLength / KeyViews.Length;
        for (var direction = 0; direction < KeyViews.Length; direction++)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            Statistics.Direct(shard, _keyPasses[direction]);
            var keys_MD = _momentumProjectionHead.forward(_momentumBackbone.forward(views[direction]));
            var normalized_MD = nn.functional.normalize(keys_MD, p: 2, dim: 1);
            TensorValues.CopyTo(normalized_MD, published.AsSpan(direction * directionLength, directionLength));
        }

        return published;
    }

    /// <inheritdoc/>
    public override void Receive(long step, IReadOnlyList<float[]> published)
    {
        for (var direction = 0; direction < KeyViews.Length; direction++)
        {
            using var scope = NewDisposeScope();
            var shuffled_BD = TensorValues.Gather(
                published, direction, KeyViews.Length, Options.BatchSize, _moco.OutputLength, Options.Device);
            var places = new long[Options.BatchSize];
            var order = Shuffled(step, KeyViews[direction]);
            for (var place = 0; place < order.Length; place++)
            {
                places[order[place]] = place;
            }

            _keys_BD[direction]?.Dispose();
            _keys_BD[direction] = shuffled_BD.index_select(0, tensor(places, device: Options.Device)).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public override void Backward(long step, int shard, IReadOnlyList<Tensor> views)
    {
        BeginBackward();
        var lossShare = 0f;
        for (var direction = 0; direction < KeyViews.Length; direction++)
        {
            using var scope = NewDisposeScope();
            Statistics.Direct(shard, _queryPasses[direction]);
            var queries_MD = _projectionHead.forward(Backbone.forward(views[KeyViews.Length + direction]));
            var keys_MD = _keys_BD[direction]!.narrow(0, (long)shard * Options.ShardImages, Options.ShardImages).clone();
            var rows_M = NTXentLoss.RowLosses(queries_MD, keys_MD, _bank_KD, _moco.Temperature);
            var loss = rows_M.sum().div((double)Options.BatchSize * KeyViews.Length);
            loss.backward();
            lossShare += loss.cpu().item<float>();
        }

        EndBackward(shard, lossShare);
    }

    /// <inheritdoc/>
    protected override Tensor Project(Tensor features) => _projectionHead.forward(features);

    /// <inheritdoc/>
    protected override void ApplyRest(long step)
    {
        _momentumParameters.Data.mul_(_moco.Momentum).add_(Trained.Data, 1 - _moco.Momentum);
        var pointer = _bankPointer.item<long>();
        foreach (var keys_BD in _keys_BD)
        {
            pointer = MemoryBank.Write(_bank_KD, keys_BD!, pointer);
        }

        _bankPointer.fill_(pointer);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _bank_KD.Dispose();
        _bankPointer.Dispose();
        foreach (var keys in _keys_BD)
        {
            keys?.Dispose();
        }
    }

    private static Tensor DrawBank(TrainingOptions options, MoCoOptions moco)
    {
        using var scope = NewDisposeScope();
        var rows = new float[moco.MemoryBankSize * moco.OutputLength];
        new RandomStream(options.Seed, "memory_bank.bank").FillNormal(rows, 0, 1);
        var bank_KD = tensor(rows, moco.MemoryBankSize, moco.OutputLength);
        return nn.functional.normalize(bank_KD, p: 2, dim: 1).to(options.Device).DetachFromDisposeScope();
    }

    private MoCoProjectionHead MakeHead(Backbone backbone) =>
        new(backbone.FeatureCount, _moco.HiddenLength > 0 ? _moco.HiddenLength : backbone.FeatureCount, _moco.OutputLength);

    /// <summary>The seeded permutation of positions that says which shard encodes which key: place to position.</summary>
    private int[] Shuffled(long step, int view)
    {
        var order = Enumerable.Range(0, Options.BatchSize).ToArray();
        var stream = new RandomStream(Options.Seed, RandomPurpose.KeyShuffle, step, 0, view);
        for (var place = order.Length - 1; place > 0; place--)
        {
            var other = (int)stream.NextInteger((uint)place + 1);
            (order[place], order[other]) = (order[other], order[place]);
        }

        return order;
    }
}
