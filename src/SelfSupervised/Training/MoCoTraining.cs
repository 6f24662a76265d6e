using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Randomness;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>MoCo on the fleet: a momentum encoder, shuffled keys and one memory bank that is the fold of the committed steps.</summary>
/// <remarks>
/// He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", 2020, https://arxiv.org/abs/1911.05722.
/// Keys are encoded by the shard that a seeded permutation of positions gives them to, so that no image travels. A direction reads the
/// bank, then its keys are appended by position; with the symmetric loss that of view 1 comes first, as in lightly, so that the queries
/// of the second direction are compared with fresh keys too. (If they were not, queries could be told from the bank's keys by their age,
/// and less would be learned.) There is one momentum update a step.
/// </remarks>
public sealed class MoCoTraining : TrainingMethod
{
    private readonly ProjectionHead _projectionHead;
    private readonly Backbone _momentumBackbone;
    private readonly ProjectionHead _momentumProjectionHead;
    private readonly MomentumNetwork _momentum;
    private readonly RowQueue _bank;
    private readonly int _outputLength;
    private readonly double _temperature;
    private readonly bool _isSymmetric;
    private readonly IReadOnlyList<(double Alpha, double Temperature)> _consistencies;
    private readonly int[] _keyPasses;
    private readonly int[] _queryPasses;
    private readonly Tensor?[] _keys_BD;

    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from; its regularizers may be co2, with the bank's keys as negatives.</param>
    /// <exception cref="ArgumentException">A loss or a regularizer does not fit.</exception>
    public MoCoTraining(MethodRequest request)
        : base(request.Options)
    {
        var parameters = request.Parameters;
        _outputLength = parameters.Integer("outDim", 128);
        _temperature = parameters.Number("temperature", 0.1);
        _isSymmetric = parameters.Switch("symmetric", standard: true);
        _consistencies = [.. request.Regularizers.Select(ReadConsistency)];
        RequireLoss(request.Loss);
        Backbone = ViewTraining.MakeBackbone(request);
        _projectionHead = MakeHead(Backbone, parameters);
        _momentumBackbone = request.MakeBackbone();
        _momentumProjectionHead = MakeHead(_momentumBackbone, parameters);
        ParameterInitializer.Initialize(_projectionHead, Options.Seed, "projection_head");
        _keyPasses = [.. KeyViews.Select(_ => Statistics.AddPass(_momentumBackbone, _momentumProjectionHead))];
        _queryPasses = [.. KeyViews.Select(_ => Statistics.AddPass(Backbone, _projectionHead))];
        Seal(("backbone", Backbone), ("projection_head", _projectionHead));
        var slow = AddUntrained(("momentum_backbone", _momentumBackbone), ("momentum_projection_head", _momentumProjectionHead));
        _momentum = new(slow, parameters.Number("momentum", 0.99), parameters.Switch("momentumCosine", standard: false));
        _momentum.Start(Trained);
        _keys_BD = new Tensor?[KeyViews.Length];
        _bank = new(
            Options, "memory_bank", parameters.Integer("memoryBankSize", 4096), _outputLength, KeyViews.Length * Options.BatchSize);
        AddQueue(_bank);
    }

    /// <inheritdoc/>
    public override Backbone Backbone { get; }

    /// <inheritdoc/>
    public override int PublishedLength => KeyViews.Length * Options.ShardImages * _outputLength * TensorValues.FloatsOf(Options.ElementType);

    /// <summary>Views that are encoded as keys, in the order in which they enter the bank; direction i compares queries of the other view.</summary>
    private int[] KeyViews => _isSymmetric ? [1, 0] : [1];

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
            var keys_MD = Compute(images => [_momentumProjectionHead.forward(_momentumBackbone.forward(images))], views[direction])[0];
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
                published,
                direction * _outputLength,
                KeyViews.Length * _outputLength,
                Options.BatchSize,
                _outputLength,
                Options.ElementType,
                Options.Device);
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
        var lossShare = 0.0;
        for (var direction = 0; direction < KeyViews.Length; direction++)
        {
            using var scope = NewDisposeScope();
            using var fresh = direction > 0 ? _bank.Lend(_keys_BD[direction - 1]!) : null;
            Statistics.Direct(shard, _queryPasses[direction]);
            var queries_MD = Compute(images => [_projectionHead.forward(Backbone.forward(images))], views[KeyViews.Length + direction])[0];
            var keys_MD = _keys_BD[direction]!.narrow(0, (long)shard * Options.ShardImages, Options.ShardImages).clone();
            var rows_M = NTXentLoss.RowLosses(queries_MD, keys_MD, _bank.Rows, _temperature);
            foreach (var (alpha, temperature) in _consistencies)
            {
                rows_M += CO2Regularizer.RowLosses(queries_MD, keys_MD, _bank.Rows, alpha, temperature);
            }

            var loss = rows_M.sum().Over((double)Options.BatchSize * KeyViews.Length);
            if (direction == KeyViews.Length - 1)
            {
                BeginLastBackward();
            }

            loss.backward();
            lossShare += loss.cpu().to(float64).item<double>();
        }

        EndBackward(shard, lossShare);
    }

    /// <inheritdoc/>
    protected override Tensor Project(Tensor features) => _projectionHead.forward(features);

    /// <inheritdoc/>
    protected override void ApplyRest(long step, Tensor moments)
    {
        _momentum.Follow(Trained, step, Options.StepsTotal);
        foreach (var keys_BD in _keys_BD)
        {
            _bank.Append(keys_BD!);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _bank.Dispose();
        foreach (var keys in _keys_BD)
        {
            keys?.Dispose();
        }
    }

    private static (double Alpha, double Temperature) ReadConsistency(RegularizerRequest request) => request.Name == BatchRegularizer.Co2
        ? (request.Parameters.Number("alpha", CO2Regularizer.DefaultAlpha),
            request.Parameters.Number("tConsistency", CO2Regularizer.DefaultConsistencyTemperature))
        : throw new ArgumentException(
            $"The regularizer '{request.Name}' does not fit MoCo, whose queries stay in their shards; {BatchRegularizer.Co2} fits.", nameof(request));

    private static void RequireLoss(string loss)
    {
        if (loss.Length > 0 && loss != PairCriterion.NTXent)
        {
            throw new ArgumentException($"The loss '{loss}' does not fit MoCo, which contrasts with a bank; {PairCriterion.NTXent} fits.", nameof(loss));
        }
    }

    private MoCoProjectionHead MakeHead(Backbone backbone, MethodParameters parameters)
    {
        var hidden = parameters.Integer("hiddenDim", 0);
        return new(backbone.FeatureCount, hidden > 0 ? hidden : backbone.FeatureCount, _outputLength);
    }

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
