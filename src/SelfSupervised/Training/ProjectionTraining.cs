using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A method that compares the projections of two views: backbone and one head.</summary>
public abstract class ProjectionTraining : PairTraining
{
    private readonly ProjectionHead _head;

    /// <summary>Makes the method.</summary>
    /// <param name="request">What the method is made from.</param>
    /// <param name="loss">The method's own loss.</param>
    /// <param name="name">Name of the head, which is the first part of checkpoint keys.</param>
    /// <param name="makeHead">Makes the head for a number of features.</param>
    protected ProjectionTraining(MethodRequest request, string loss, string name, Func<int, ProjectionHead> makeHead)
        : base(request, loss)
    {
        _head = makeHead((int)Backbone.FeatureCount);
        OutputLengths = [(int)_head.OutputCount];
        Complete([(name, _head)]);
    }

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<int> OutputLengths { get; }

    /// <inheritdoc/>
    protected sealed override Tensor[] Encode(int view, Tensor images) => [_head.forward(Backbone.forward(images))];

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<(Tensor First, Tensor Second)> Pairs(ViewOutputs outputs) =>
        [(outputs.Trained(0), outputs.Trained(1))];

    /// <inheritdoc/>
    protected sealed override Tensor Project(Tensor features) => _head.forward(features);
}
