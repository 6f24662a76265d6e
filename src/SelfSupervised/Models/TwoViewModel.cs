using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>A model that encodes one or two views of a batch of images, with or without the backbone's features.</summary>
/// <remarks>
/// The four forms of lightly's forward: <c>forward(x0)</c>, <c>forward(x0, x1)</c>, and both with features. A fleet does not call these
/// (they may have side effects) but the parts.
/// </remarks>
/// <typeparam name="TOutput">What the model gives for a view.</typeparam>
public abstract class TwoViewModel<TOutput> : nn.Module<Tensor, TOutput>
{
    /// <summary>Makes the model and takes over the backbone.</summary>
    /// <param name="name">Name of the model, for messages.</param>
    /// <param name="backbone">From images to features [N, F] or [N, F, 1, 1]; owned by the model from now on.</param>
    /// <param name="featureCount">F, as the head takes it.</param>
    /// <exception cref="ArgumentException">The backbone is known to give another number of features.</exception>
    protected TwoViewModel(string name, nn.Module<Tensor, Tensor> backbone, long featureCount)
        : base(name)
    {
        ModelParts.RequireFeatures(backbone, featureCount, name);
        Backbone = backbone;
        AddPart("backbone", backbone);
    }

    /// <summary>From images to features; owned by the model.</summary>
    public nn.Module<Tensor, Tensor> Backbone { get; }

    /// <summary>Encodes one view.</summary>
    /// <param name="input">Images, [N, 3, H, W]; borrowed.</param>
    /// <returns>The model's output; owned by the caller.</returns>
    public override TOutput forward(Tensor input) => WithoutFeatures(ForwardWithFeatures(input));

    /// <summary>Encodes two views.</summary>
    /// <param name="x0">Images, [N, 3, H, W]; borrowed.</param>
    /// <param name="x1">Another view of the same images; borrowed.</param>
    /// <returns>The outputs of both views; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The views have different numbers of images.</exception>
    public (TOutput Out0, TOutput Out1) forward(Tensor x0, Tensor x1)
    {
        var (first, second) = ForwardWithFeatures(x0, x1);
        return (WithoutFeatures(first), WithoutFeatures(second));
    }

    /// <summary>Encodes one view and gives its features, too.</summary>
    /// <param name="x0">Images, [N, 3, H, W]; borrowed.</param>
    /// <returns>The output and the features [N, F]; owned by the caller.</returns>
    public (TOutput Out, Tensor Features) ForwardWithFeatures(Tensor x0)
    {
        BeforeForward();
        return EncodeFirst(x0);
    }

    /// <summary>Encodes two views and gives their features, too.</summary>
    /// <param name="x0">Images, [N, 3, H, W]; borrowed.</param>
    /// <param name="x1">Another view of the same images; borrowed.</param>
    /// <returns>Output and features [N, F] of both views; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The views have different numbers of images.</exception>
    public ((TOutput Out, Tensor Features) First, (TOutput Out, Tensor Features) Second) ForwardWithFeatures(Tensor x0, Tensor x1)
    {
        ModelParts.RequireSameShape(x0, x1);
        BeforeForward();
        return (EncodeFirst(x0), EncodeSecond(x1));
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Encodes a view with the trained network; the tensors belong to the caller's dispose scope.</summary>
    /// <param name="images">Images, [N, 3, H, W]; borrowed.</param>
    /// <returns>The output and the features.</returns>
    protected abstract (TOutput Out, Tensor Features) EncodeFirst(Tensor images);

    /// <summary>Encodes the second view; the trained network unless a model says otherwise.</summary>
    /// <param name="images">Images, [N, 3, H, W]; borrowed.</param>
    /// <returns>The output and the features.</returns>
    protected virtual (TOutput Out, Tensor Features) EncodeSecond(Tensor images) => EncodeFirst(images);

    /// <summary>Does what comes before every forward (a momentum update); nothing unless a model says otherwise.</summary>
    protected virtual void BeforeForward()
    {
    }

    /// <summary>Registers a part under its key.</summary>
    /// <param name="name">Key of the part.</param>
    /// <param name="part">The part; owned by the model from now on.</param>
    protected void AddPart(string name, nn.Module part) => register_module(name, part);

    private static TOutput WithoutFeatures((TOutput Out, Tensor Features) encoded)
    {
        encoded.Features.Dispose();
        return encoded.Out;
    }
}
