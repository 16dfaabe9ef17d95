//! Points that glide from one picture to the next, so that the eye can follow them.

/// The longest glide in seconds: slower pictures jump rather than lag.
const MAX_SECS: f64 = 0.25;

/// Positions between an old and a new picture.
#[derive(Debug, Clone, Default)]
pub struct Glide {
    from: Vec<[f32; 2]>,
    to: Vec<[f32; 2]>,
    now: Vec<[f32; 2]>,
    started_at: f64,
    secs: f64,
}

impl Glide {
    /// The positions at the last [`Glide::advance`].
    pub fn positions(&self) -> &[[f32; 2]] {
        &self.now
    }

    /// Heads for new positions, from where the points are now. Another number of points jumps.
    ///
    /// The glide takes as long as pictures are apart, so that it never stops while they keep coming.
    pub fn head_for(&mut self, to: &[[f32; 2]], now_secs: f64, is_still: bool) {
        // Where pictures come as fast as frames, each finishes the glide of the one before.
        self.advance(now_secs);
        let since_last = now_secs - self.started_at;
        let jumps = is_still || self.now.len() != to.len();
        self.to.clear();
        self.to.extend_from_slice(to);
        if jumps {
            self.now.clone_from(&self.to);
        }
        self.from.clone_from(&self.now);
        self.started_at = now_secs;
        self.secs = if jumps { 0.0 } else { since_last.clamp(0.0, MAX_SECS) };
    }

    /// Moves on; whether there is still a way to go.
    pub fn advance(&mut self, now_secs: f64) -> bool {
        let passed = now_secs - self.started_at;
        let share = if self.secs > 0.0 { (passed / self.secs).clamp(0.0, 1.0) as f32 } else { 1.0 };
        for ((now, from), to) in self.now.iter_mut().zip(&self.from).zip(&self.to) {
            *now = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
        }
        share < 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_glide_and_arrive() {
        let mut glide = Glide::default();
        glide.head_for(&[[0.0, 0.0]], 10.0, false);
        assert_eq!(glide.positions(), [[0.0, 0.0]]);
        glide.head_for(&[[1.0, 2.0]], 10.2, false);
        assert!(glide.advance(10.3));
        assert!((glide.positions()[0][1] - 1.0).abs() < 1e-5);
        assert!(!glide.advance(10.5));
        assert_eq!(glide.positions(), [[1.0, 2.0]]);
    }

    #[test]
    fn a_new_picture_on_the_way_starts_from_where_the_points_are() {
        let mut glide = Glide::default();
        glide.head_for(&[[0.0, 0.0]], 0.0, false);
        glide.head_for(&[[1.0, 0.0]], 0.2, false);
        glide.advance(0.3);
        glide.head_for(&[[0.0, 0.0]], 0.3, false);
        assert!((glide.positions()[0][0] - 0.5).abs() < 1e-5);
    }

    #[test]
    fn pictures_as_fast_as_frames_do_not_hold_the_points_back() {
        let mut glide = Glide::default();
        for frame in 0..10_u8 {
            glide.head_for(&[[f32::from(frame), 0.0]], f64::from(frame) * 0.1, false);
            glide.advance(f64::from(frame) * 0.1);
        }
        assert!(glide.positions()[0][0] >= 7.9);
    }

    #[test]
    fn without_motion_or_with_other_points_they_jump() {
        let mut glide = Glide::default();
        glide.head_for(&[[0.0, 0.0]], 0.0, false);
        glide.head_for(&[[1.0, 0.0]], 0.2, true);
        assert_eq!(glide.positions(), [[1.0, 0.0]]);
        assert!(!glide.advance(0.21));
        glide.head_for(&[[3.0, 0.0], [4.0, 0.0]], 0.3, false);
        assert_eq!(glide.positions().len(), 2);
    }
}
