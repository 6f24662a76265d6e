namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The four operations of colour jitter.</summary>
public enum ColorOperation
{
    /// <summary>Multiplies all values.</summary>
    Brightness = 0,

    /// <summary>Moves values away from the image's mean gray, or towards it.</summary>
    Contrast = 1,

    /// <summary>Moves colours away from their gray, or towards it.</summary>
    Saturation = 2,

    /// <summary>Turns colours around the colour wheel.</summary>
    Hue = 3,
}
