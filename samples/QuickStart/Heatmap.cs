using System.Globalization;
using System.Xml;

namespace QuickStart;

/// <summary>Draws attention weights as SVG: queries down, keys across, the text's characters on both axes, and a colour scale.</summary>
public static class Heatmap
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private const string HiddenColour = "#f0f0f0";
    private const int Cell = 15;
    private const int Left = 70;
    private const int Top = 92;
    private const int ScaleSteps = 40;

    // Anchors of a scale that runs from near white to dark blue and darkens evenly, so that it reads in grey as well.
    private static readonly (int Red, int Green, int Blue)[] Anchors = [(247, 251, 255), (198, 219, 239), (107, 174, 214), (33, 113, 181), (8, 48, 107)];

    /// <summary>Writes the file.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Write(string path, AttentionSlice slice)
    {
        try
        {
            using XmlWriter svg = XmlWriter.Create(path, new XmlWriterSettings { Indent = true, NewLineChars = "\n" });
            Draw(svg, slice);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the heatmap '{path}' cannot be written: {exception.Message}");
        }
    }

    private static void Draw(XmlWriter svg, AttentionSlice slice)
    {
        int count = slice.Labels.Length, side = Math.Max(count * Cell, 20 * Cell), width = Left + side + 110, height = Top + side + 20;
        float largest = slice.Weights.Cast<float>().Where(float.IsFinite).DefaultIfEmpty(0).Max();
        svg.WriteStartElement("svg", Namespace);
        svg.WriteAttributeString("viewBox", $"0 0 {width} {height}");
        Attributes(svg, ("width", width), ("height", height));
        svg.WriteAttributeString("font-family", "DejaVu Sans Mono, Consolas, Menlo, monospace");
        svg.WriteElementString("title", Namespace, slice.Title);
        Rectangle(svg, 0, 0, width, height, "#ffffff");
        svg.WriteEndElement();
        Text(svg, slice.Title, Left, 24, 15, "start");
        Text(svg, $"key: the character attended to (positions {slice.Start} to {slice.Start + count - 1} of the text)", Left, 52, 12, "start");
        Text(svg, "query: the character that attends", 22, Top + (side / 2), 12, "middle", rotate: true);
        for (int i = 0; i < count; i++)
        {
            Text(svg, slice.Labels[i], Left + (i * Cell) + (Cell / 2), Top - 8, 12, "middle");
            Text(svg, slice.Labels[i], Left - 12, Top + (i * Cell) + 11, 12, "middle");
        }

        for (int query = 0; query < count; query++)
        {
            for (int key = 0; key < count; key++)
            {
                DrawCell(svg, slice, query, key, largest);
            }
        }

        DrawScale(svg, Left + side + 24, largest);
        svg.WriteEndElement();
    }

    private static void DrawCell(XmlWriter svg, AttentionSlice slice, int query, int key, float largest)
    {
        float weight = slice.Weights[query, key];
        string colour = float.IsNaN(weight) ? HiddenColour : Colour(largest > 0 ? MathF.Sqrt(weight / largest) : 0);
        Rectangle(svg, Left + (key * Cell), Top + (query * Cell), Cell, Cell, colour);
        string meaning = float.IsNaN(weight) ? "hidden" : weight.ToString("0.0000", CultureInfo.InvariantCulture);
        svg.WriteElementString("title", Namespace, $"{slice.Labels[query]} at {slice.Start + query} to {slice.Labels[key]} at {slice.Start + key}: {meaning}");
        svg.WriteEndElement();
    }

    private static void DrawScale(XmlWriter svg, int x, float largest)
    {
        const int height = 200, step = height / ScaleSteps;
        // The square root keeps small weights visible beside a query's own, large one.
        Text(svg, "weight", x, Top - 12, 12, "start");
        for (int i = 0; i < ScaleSteps; i++)
        {
            Rectangle(svg, x, Top + (i * step), 18, step, Colour(1 - ((i + 0.5f) / ScaleSteps)));
            svg.WriteEndElement();
        }

        for (int tick = 0; tick <= 4; tick++)
        {
            float share = (4 - tick) / 4f;
            string label = (largest * share * share).ToString("0.00", CultureInfo.InvariantCulture);
            Text(svg, label, x + 24, Top + (tick * height / 4) + 4, 12, "start");
        }

        Rectangle(svg, x, Top + height + 20, 18, 18, HiddenColour);
        svg.WriteEndElement();
        Text(svg, "hidden", x + 24, Top + height + 33, 12, "start");
    }

    private static string Colour(float share)
    {
        float place = Math.Clamp(share, 0, 1) * (Anchors.Length - 1);
        int index = Math.Min((int)place, Anchors.Length - 2);
        float mix = place - index;
        ((int red, int green, int blue), (int nextRed, int nextGreen, int nextBlue)) = (Anchors[index], Anchors[index + 1]);
        return $"#{Mix(red, nextRed):x2}{Mix(green, nextGreen):x2}{Mix(blue, nextBlue):x2}";

        int Mix(int from, int to) => (int)MathF.Round(from + ((to - from) * mix));
    }

    // The caller closes the element, so that it can put a tooltip inside.
    private static void Rectangle(XmlWriter svg, int x, int y, int width, int height, string colour)
    {
        svg.WriteStartElement("rect", Namespace);
        Attributes(svg, ("x", x), ("y", y), ("width", width), ("height", height));
        svg.WriteAttributeString("fill", colour);
    }

    private static void Text(XmlWriter svg, string text, int x, int y, int size, string anchor, bool rotate = false)
    {
        svg.WriteStartElement("text", Namespace);
        Attributes(svg, ("x", x), ("y", y), ("font-size", size));
        svg.WriteAttributeString("text-anchor", anchor);
        if (rotate)
        {
            svg.WriteAttributeString("transform", $"rotate(-90 {x} {y})");
        }

        svg.WriteString(text);
        svg.WriteEndElement();
    }

    private static void Attributes(XmlWriter svg, params ReadOnlySpan<(string Name, int Value)> attributes)
    {
        foreach ((string name, int value) in attributes)
        {
            svg.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));
        }
    }
}
