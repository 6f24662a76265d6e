namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>The first layers of a residual network.</summary>
public enum ResNetStem
{
    /// <summary>3x3 convolution, stride 1, no pooling: lightly's, for small images (32 to about 128 pixels).</summary>
    Small,

    /// <summary>
    /// 7x7 convolution, stride 2, then 3x3 max-pooling, stride 2: torchvision's, for large images (from about 160 pixels).
    /// </summary>
    Large,
}
