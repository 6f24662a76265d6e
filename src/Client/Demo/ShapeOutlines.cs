using SkiaSharp;

namespace LightlyCluster.Client.Demo;

/// <summary>The shapes that the demonstration learns to tell apart, as outlines within the unit circle.</summary>
internal static class ShapeOutlines
{
    /// <summary>Names of the classes, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["arrow", "circle", "crescent", "cross", "heart", "hexagon", "ring", "square", "star", "triangle"];

    /// <summary>The outline of a class; the caller disposes it.</summary>
    public static SKPath Create(string name) => name switch
    {
        "arrow" => Polygon((0, -1), (0.75f, -0.1f), (0.3f, -0.1f), (0.3f, 0.95f), (-0.3f, 0.95f), (-0.3f, -0.1f), (-0.75f, -0.1f)),
        "circle" => Circles((0, 0, 0.9f)),
        "crescent" => Difference(Circles((0, 0, 0.95f)), Circles((0.45f, -0.1f, 0.75f))),
        "cross" => Polygon(
            (-0.3f, -0.95f), (0.3f, -0.95f), (0.3f, -0.3f), (0.95f, -0.3f), (0.95f, 0.3f), (0.3f, 0.3f),
            (0.3f, 0.95f), (-0.3f, 0.95f), (-0.3f, 0.3f), (-0.95f, 0.3f), (-0.95f, -0.3f), (-0.3f, -0.3f)),
        "heart" => Heart(),
        "hexagon" => Star(6, 0.95f, 0.823f),
        "ring" => Difference(Circles((0, 0, 0.95f)), Circles((0, 0, 0.55f))),
        "square" => Polygon((-0.8f, -0.8f), (0.8f, -0.8f), (0.8f, 0.8f), (-0.8f, 0.8f)),
        "star" => Star(5, 1, 0.42f),
        "triangle" => Polygon((0, -0.95f), (0.95f, 0.75f), (-0.95f, 0.75f)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, $"There is no such shape; known: {string.Join(", ", Names)}."),
    };

    private static SKPath Polygon(params (float X, float Y)[] corners)
    {
        var path = new SKPath();
        path.AddPoly([.. corners.Select(corner => new SKPoint(corner.X, corner.Y))], close: true);
        return path;
    }

    private static SKPath Circles(params (float X, float Y, float Radius)[] circles)
    {
        var path = new SKPath();
        Array.ForEach(circles, circle => path.AddCircle(circle.X, circle.Y, circle.Radius));
        return path;
    }

    private static SKPath Star(int points, float outer, float inner) => Polygon([.. Enumerable.Range(0, 2 * points).Select(corner =>
    {
        var angle = MathF.PI * corner / points;
        var radius = corner % 2 == 0 ? outer : inner;
        return (radius * MathF.Sin(angle), -radius * MathF.Cos(angle));
    })]);

    private static SKPath Heart()
    {
        var path = new SKPath();
        path.MoveTo(0, 0.95f);
        path.CubicTo(-1.5f, -0.1f, -0.85f, -1.25f, 0, -0.45f);
        path.CubicTo(0.85f, -1.25f, 1.5f, -0.1f, 0, 0.95f);
        path.Close();
        return path;
    }

    private static SKPath Difference(SKPath from, SKPath what)
    {
        using (from)
        using (what)
        {
            return from.Op(what, SKPathOp.Difference);
        }
    }
}
