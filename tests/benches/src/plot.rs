//! Plots as SVG: one line for each series over a common axis.

use std::fmt::Write;

/// A line of a plot.
#[derive(Clone, Debug)]
pub struct Series {
    /// In the legend.
    pub name: String,
    /// `(x, y)`, by x.
    pub points: Vec<(f64, f64)>,
}

const COLORS: [&str; 5] = ["#1f6feb", "#d1242f", "#8250df", "#1a7f37", "#9a6700"];
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;

/// Draws the lines; both axes start at 0.
pub fn lines(title: &str, x_label: &str, y_label: &str, series: &[Series]) -> String {
    let points = || series.iter().flat_map(|series| series.points.iter());
    let max_x = points().map(|point| point.0).fold(0.0, f64::max);
    let max_y = points().map(|point| point.1).fold(0.0, f64::max) * 1.05;
    let x = |value: f64| LEFT + value / max_x * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value / max_y * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{title}</text>\n"
    );
    for step in 0..=4 {
        let (at_x, at_y) = (max_x * f64::from(step) / 4.0, max_y * f64::from(step) / 4.0);
        let (left, right, bottom) = (LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM);
        let _ = write!(
            svg,
            "<line x1=\"{left}\" x2=\"{right}\" y1=\"{0:.1}\" y2=\"{0:.1}\" stroke=\"#d0d7de\"/>\n\
             <text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">{at_y:.0}</text>\n\
             <text x=\"{3:.1}\" y=\"{4}\" text-anchor=\"middle\">{at_x:.0}</text>\n",
            y(at_y),
            left - 6.0,
            y(at_y) + 4.0,
            x(at_x),
            bottom + 18.0
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{x_label}</text>\n\
         <text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">{y_label}</text>\n",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 10.0,
        (TOP + HEIGHT - BOTTOM) / 2.0
    );
    for (index, series) in series.iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        let path: Vec<String> =
            series.points.iter().map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1))).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        for point in &series.points {
            let _ =
                writeln!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{color}\"/>", x(point.0), y(point.1));
        }
        let row = TOP + 14.0 + 16.0 * index as f64;
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{row}\" fill=\"{color}\">{}</text>", LEFT + 12.0, series.name);
    }
    svg.push_str("</svg>\n");
    svg
}
