using LightlyCluster.SelfSupervised.Datasets;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>8-bit images as planes of values 0 to 1, and back.</summary>
internal static unsafe class BytePlanes
{
    /// <summary>Takes an image apart.</summary>
    public static PlanarImage Read(DecodedImage image)
    {
        var planes = new PlanarImage();
        planes.Resize(image.Height, image.Width);
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = planes.Plane(channel);
            for (var pixel = 0; pixel < planes.PixelCount; pixel++)
            {
                plane[pixel] = image.Pixels[(pixel * 3) + channel] / 255f;
            }
        }

        return planes;
    }

    /// <summary>Puts an image together, each value rounded to the nearest byte.</summary>
    public static DecodedImage Write(PlanarImage planes)
    {
        var pixels = new byte[planes.PixelCount * 3];
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = planes.Plane(channel);
            for (var pixel = 0; pixel < planes.PixelCount; pixel++)
            {
                pixels[(pixel * 3) + channel] = (byte)((plane[pixel] * 255) + 0.5f);
            }
        }

        return new DecodedImage(planes.Width, planes.Height, pixels);
    }
}
