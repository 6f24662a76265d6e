namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>Makes residual networks by their name.</summary>
public static class ResNetGenerator
{
    /// <summary>Makes lightly's network for small images: 3x3 stem, stride 1, no max-pooling.</summary>
    /// <param name="name">resnet-9, resnet-18, resnet-34, resnet-50, resnet-101 or resnet-152.</param>
    /// <param name="width">Factor on the number of channels, at least 1/64.</param>
    /// <param name="numClasses">Number of classes of a linear classifier at the end; null gives features.</param>
    /// <param name="numSplits">Number of splits of batch normalization; 0 means ordinary batch normalization.</param>
    /// <returns>The network on the CPU in training mode, with random weights; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The name is not one of these.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static ResNet Create(string name = "resnet-18", double width = 1, long? numClasses = null, long numSplits = 0) =>
        Create(name, new ResNetOptions { Width = width, ClassCount = numClasses, SplitCount = numSplits });

    /// <summary>Makes a network with all that can be chosen.</summary>
    /// <param name="name">resnet-9, resnet-18, resnet-34, resnet-50, resnet-101 or resnet-152.</param>
    /// <param name="options">Width, stem, classes, splits and the stem's activation.</param>
    /// <returns>The network on the CPU in training mode, with random weights; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The name is not one of these.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static ResNet Create(string name, ResNetOptions options) => new(ResNetSpecification.Find(name), options);
}
